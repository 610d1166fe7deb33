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

use ion_economics::booking::{Currency, Stamp};
use ion_economics::units::UnixSeconds;
use registry::state::Config;
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

/// Reward mode of the hour of `now` (Unix seconds): what a quote made then is stamped with.
pub fn stamp_at(config: &Config, now: i64) -> Stamp {
    let hour = UnixSeconds::new(now).hour_index();
    // before 1970 there is no hour of any mode
    if u64::try_from(hour).is_ok_and(|hour| config.is_ide_hour(hour)) {
        Stamp::Ide
    } else {
        Stamp::Schedule
    }
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
