//! Instructions that only the staking program's caller address may sign.

use anchor_spl::token;
use rewards::{BurnForfeitedArgs, BurnHold, ForfeitArgs, UnforfeitArgs, accounts, instruction};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::{
    addresses,
    instructions::{build, with_remaining},
};

/// Holds an amount of each record.
pub fn forfeit(caller: &Pubkey, holds: &[(Pubkey, u64)]) -> Instruction {
    with_remaining(
        build(
            rewards::ID,
            accounts::Forfeit {
                caller: *caller,
                config: addresses::registry::config(),
                roots: addresses::rewards::roots(),
                event_authority: addresses::event_authority(&rewards::ID),
                program: rewards::ID,
            },
            instruction::Forfeit {
                args: ForfeitArgs {
                    amounts_io: holds.iter().map(|(_, amount)| *amount).collect(),
                },
            },
        ),
        records(holds),
    )
}

/// Gives an amount of each record free.
pub fn unforfeit(caller: &Pubkey, holds: &[(Pubkey, u64)]) -> Instruction {
    with_remaining(
        build(
            rewards::ID,
            accounts::Unforfeit {
                caller: *caller,
                config: addresses::registry::config(),
                event_authority: addresses::event_authority(&rewards::ID),
                program: rewards::ID,
            },
            instruction::Unforfeit {
                args: UnforfeitArgs {
                    amounts_io: holds.iter().map(|(_, amount)| *amount).collect(),
                },
            },
        ),
        records(holds),
    )
}

/// Burns a hold on each record.
pub fn burn_forfeited(
    caller: &Pubkey,
    io_mint: &Pubkey,
    holds: &[(Pubkey, BurnHold)],
) -> Instruction {
    with_remaining(
        build(
            rewards::ID,
            accounts::BurnForfeited {
                caller: *caller,
                config: addresses::registry::config(),
                roots: addresses::rewards::roots(),
                emission: addresses::rewards::emission(),
                distribution: addresses::rewards::distribution(),
                io_mint: *io_mint,
                token_program: token::ID,
                event_authority: addresses::event_authority(&rewards::ID),
                program: rewards::ID,
            },
            instruction::BurnForfeited {
                args: BurnForfeitedArgs {
                    holds: holds.iter().map(|(_, hold)| *hold).collect(),
                },
            },
        ),
        records(holds),
    )
}

fn records<T>(holds: &[(Pubkey, T)]) -> impl Iterator<Item = AccountMeta> {
    holds
        .iter()
        .map(|(record, _)| AccountMeta::new(*record, false))
}
