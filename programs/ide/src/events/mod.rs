//! The record of every change, emitted by a call of the program to itself.

use anchor_lang::prelude::*;

mod auction;
mod emission;
mod engine;
mod epoch;
mod payout;
mod rates;
mod vaults;

pub use auction::*;
pub use emission::*;
pub use engine::*;
pub use epoch::*;
pub use payout::*;
pub use rates::*;
pub use vaults::*;

/// A change from `old` to `new`.
pub(crate) const fn change(old: u64, new: u64) -> U64Change {
    U64Change { old, new }
}

/// A changed number.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct U64Change {
    /// Before the instruction.
    pub old: u64,
    /// After it.
    pub new: u64,
}
