//! Instructions that only the staking program may call: holds of slash cases on payouts.

use anchor_spl::token;
use ide::{BurnForfeitedArgs, BurnHold, ForfeitArgs, UnforfeitArgs, accounts, instruction};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::{
    addresses,
    instructions::{build, with_remaining, writable},
};

/// Holds IO of claim records. Signer: the staking program's caller address.
pub fn forfeit(caller: &Pubkey, records: &[Pubkey], amounts_io: Vec<u64>) -> Instruction {
    with_remaining(
        build(
            ide::ID,
            accounts::Forfeit {
                caller: *caller,
                config: addresses::registry::config(),
                roots: addresses::ide::roots(),
                event_authority: addresses::event_authority(&ide::ID),
                program: ide::ID,
            },
            instruction::Forfeit {
                args: ForfeitArgs { amounts_io },
            },
        ),
        writable(records),
    )
}

/// Drops holds of claim records. Signer: the staking program's caller address.
pub fn unforfeit(caller: &Pubkey, records: &[Pubkey], amounts_io: Vec<u64>) -> Instruction {
    with_remaining(
        build(
            ide::ID,
            accounts::Unforfeit {
                caller: *caller,
                config: addresses::registry::config(),
                event_authority: addresses::event_authority(&ide::ID),
                program: ide::ID,
            },
            instruction::Unforfeit {
                args: UnforfeitArgs { amounts_io },
            },
        ),
        writable(records),
    )
}

/// Burns holds of claim records. Signer: the staking program's caller address.
pub fn burn_forfeited(
    caller: &Pubkey,
    io_mint: &Pubkey,
    records: &[Pubkey],
    holds: Vec<BurnHold>,
) -> Instruction {
    with_remaining(
        build(
            ide::ID,
            accounts::BurnForfeited {
                caller: *caller,
                config: addresses::registry::config(),
                roots: addresses::ide::roots(),
                vaults: addresses::ide::vaults(),
                pay_io: addresses::ide::pay_io(),
                io_mint: *io_mint,
                token_program: token::ID,
                event_authority: addresses::event_authority(&ide::ID),
                program: ide::ID,
            },
            instruction::BurnForfeited {
                args: BurnForfeitedArgs { holds },
            },
        ),
        writable(records),
    )
}
