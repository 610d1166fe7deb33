//! Accounts of the staking program, one file each, and the view of a device they are judged by.

mod co_position;
mod co_staker;
mod device_stake;
mod offer;
mod stake_totals;
mod view;

pub use co_position::*;
pub use co_staker::*;
pub use device_stake::*;
pub use offer::*;
pub use stake_totals::*;
pub use view::*;
