//! Accounts of the staking program, one file each, and the view of a device they are judged by.

mod case;
mod co_position;
mod co_staker;
mod device_stake;
mod offer;
mod slash_day;
mod slash_terms;
mod stake_totals;
mod view;

pub use case::*;
pub use co_position::*;
pub use co_staker::*;
pub use device_stake::*;
pub use offer::*;
pub use slash_day::*;
pub(crate) use slash_terms::*;
pub use stake_totals::*;
pub use view::*;
