//! The owner's side of a device's stake.

mod begin_unstake;
mod open_stake;
mod refresh_stake;
mod stake;
mod sweep_excess;
mod withdraw;
mod withdraw_overflow;

pub use begin_unstake::*;
pub use open_stake::*;
pub use refresh_stake::*;
pub use stake::*;
pub use sweep_excess::*;
pub use withdraw::*;
pub use withdraw_overflow::*;
