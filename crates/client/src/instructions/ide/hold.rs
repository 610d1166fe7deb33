//! Instructions that only the staking program may call: holds of slash cases on payouts.

use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::token;
use ide::{BurnForfeitedArgs, BurnHold, ForfeitArgs, UnforfeitArgs, accounts, instruction};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

fn with_records(mut metas: Vec<AccountMeta>, records: &[Pubkey]) -> Vec<AccountMeta> {
    metas.extend(
        records
            .iter()
            .map(|record| AccountMeta::new(*record, false)),
    );
    metas
}

/// Holds IO of claim records. Signer: the staking program's caller address.
pub fn forfeit(caller: &Pubkey, records: &[Pubkey], amounts_io: Vec<u64>) -> Instruction {
    let metas = accounts::Forfeit {
        caller: *caller,
        config: addresses::registry::config(),
        roots: addresses::ide::roots(),
        event_authority: addresses::event_authority(&ide::ID),
        program: ide::ID,
    }
    .to_account_metas(None);
    Instruction {
        program_id: ide::ID,
        accounts: with_records(metas, records),
        data: instruction::Forfeit {
            args: ForfeitArgs { amounts_io },
        }
        .data(),
    }
}

/// Drops holds of claim records. Signer: the staking program's caller address.
pub fn unforfeit(caller: &Pubkey, records: &[Pubkey], amounts_io: Vec<u64>) -> Instruction {
    let metas = accounts::Unforfeit {
        caller: *caller,
        config: addresses::registry::config(),
        event_authority: addresses::event_authority(&ide::ID),
        program: ide::ID,
    }
    .to_account_metas(None);
    Instruction {
        program_id: ide::ID,
        accounts: with_records(metas, records),
        data: instruction::Unforfeit {
            args: UnforfeitArgs { amounts_io },
        }
        .data(),
    }
}

/// Burns holds of claim records. Signer: the staking program's caller address.
pub fn burn_forfeited(
    caller: &Pubkey,
    io_mint: &Pubkey,
    records: &[Pubkey],
    holds: Vec<BurnHold>,
) -> Instruction {
    let metas = accounts::BurnForfeited {
        caller: *caller,
        config: addresses::registry::config(),
        roots: addresses::ide::roots(),
        vaults: addresses::ide::vaults(),
        pay_io: addresses::ide::pay_io(),
        io_mint: *io_mint,
        token_program: token::ID,
        event_authority: addresses::event_authority(&ide::ID),
        program: ide::ID,
    }
    .to_account_metas(None);
    Instruction {
        program_id: ide::ID,
        accounts: with_records(metas, records),
        data: instruction::BurnForfeited {
            args: BurnForfeitedArgs { holds },
        }
        .data(),
    }
}
