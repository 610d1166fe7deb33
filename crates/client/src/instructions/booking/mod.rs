//! Instructions of the booking program.

mod balance;
mod dispute;
mod extension;
mod fault;
mod life;
mod quote;
mod record;
mod tne;

pub use balance::*;
pub use dispute::*;
pub use extension::*;
pub use fault::*;
pub use life::*;
pub use quote::*;
pub use record::*;
pub use tne::*;

use ::booking::ID;
use anchor_lang::{InstructionData, ToAccountMetas};
use ion_economics::booking::{Currency, Stamp};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

use crate::addresses;

/// A device as a quote or a lock names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedDevice {
    /// The Device account.
    pub device: Pubkey,
    /// Its processor class.
    pub class: u16,
}

fn build(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

fn with_remaining(
    mut instruction: Instruction,
    metas: impl IntoIterator<Item = AccountMeta>,
) -> Instruction {
    instruction.accounts.extend(metas);
    instruction
}

fn writable(keys: &[Pubkey]) -> impl Iterator<Item = AccountMeta> {
    keys.iter().map(|key| AccountMeta::new(*key, false))
}

/// Account that says what a class costs in a reward mode.
fn class_account(class: u16, stamp: Stamp) -> Pubkey {
    match stamp {
        Stamp::Schedule => addresses::registry::class(class),
        Stamp::Ide => addresses::ide::rates(class),
    }
}

fn excess_vault(currency: Currency) -> Pubkey {
    match currency {
        Currency::Usdc => addresses::ide::fee_usdc(),
        Currency::Io => addresses::ide::reward_vault(),
    }
}

fn fee_vault(currency: Currency) -> Pubkey {
    match currency {
        Currency::Usdc => addresses::ide::fee_usdc(),
        Currency::Io => addresses::ide::fee_io(),
    }
}
