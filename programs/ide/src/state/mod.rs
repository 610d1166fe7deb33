//! Accounts of the engine, one file each.

mod epoch;
mod vaults;

pub use epoch::*;
pub use vaults::*;
