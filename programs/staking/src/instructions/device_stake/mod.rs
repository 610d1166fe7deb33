//! The owner's side of a device's stake.

mod begin_unstake;
mod open_stake;
mod refresh_stake;
mod stake;
mod withdraw;
mod withdraw_overflow;

pub use begin_unstake::*;
pub use open_stake::*;
pub use refresh_stake::*;
pub use stake::*;
pub use withdraw::*;
pub use withdraw_overflow::*;
