//! The record of every change, emitted by a call of the program to itself.

use anchor_lang::prelude::*;

mod block;
mod claim;
mod emission;
mod root;

pub use block::*;
pub use claim::*;
pub use emission::*;
pub use root::*;

/// A changed number.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct U64Change {
    /// Before the instruction.
    pub old: u64,
    /// After it.
    pub new: u64,
}
