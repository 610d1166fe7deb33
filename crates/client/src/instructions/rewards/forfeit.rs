//! Instructions that only the staking program's caller address may sign.

use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::token;
use rewards::{BurnForfeitedArgs, BurnHold, ForfeitArgs, UnforfeitArgs, accounts, instruction};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

/// Holds an amount of each record.
pub fn forfeit(caller: &Pubkey, holds: &[(Pubkey, u64)]) -> Instruction {
    Instruction {
        program_id: rewards::ID,
        accounts: with_records(
            accounts::Forfeit {
                caller: *caller,
                config: addresses::registry::config(),
                roots: addresses::rewards::roots(),
                event_authority: addresses::event_authority(&rewards::ID),
                program: rewards::ID,
            }
            .to_account_metas(None),
            holds.iter().map(|(record, _)| *record),
        ),
        data: instruction::Forfeit {
            args: ForfeitArgs {
                amounts_io: holds.iter().map(|(_, amount)| *amount).collect(),
            },
        }
        .data(),
    }
}

/// Gives an amount of each record free.
pub fn unforfeit(caller: &Pubkey, holds: &[(Pubkey, u64)]) -> Instruction {
    Instruction {
        program_id: rewards::ID,
        accounts: with_records(
            accounts::Unforfeit {
                caller: *caller,
                config: addresses::registry::config(),
                event_authority: addresses::event_authority(&rewards::ID),
                program: rewards::ID,
            }
            .to_account_metas(None),
            holds.iter().map(|(record, _)| *record),
        ),
        data: instruction::Unforfeit {
            args: UnforfeitArgs {
                amounts_io: holds.iter().map(|(_, amount)| *amount).collect(),
            },
        }
        .data(),
    }
}

/// Burns a hold on each record.
pub fn burn_forfeited(
    caller: &Pubkey,
    io_mint: &Pubkey,
    holds: &[(Pubkey, BurnHold)],
) -> Instruction {
    Instruction {
        program_id: rewards::ID,
        accounts: with_records(
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
            }
            .to_account_metas(None),
            holds.iter().map(|(record, _)| *record),
        ),
        data: instruction::BurnForfeited {
            args: BurnForfeitedArgs {
                holds: holds.iter().map(|(_, hold)| *hold).collect(),
            },
        }
        .data(),
    }
}

fn with_records(
    mut metas: Vec<AccountMeta>,
    records: impl Iterator<Item = Pubkey>,
) -> Vec<AccountMeta> {
    metas.extend(records.map(|record| AccountMeta::new(record, false)));
    metas
}
