//! Instructions of the staking program, by noun.

mod book;
mod case;
mod device_stake;
mod offer;
mod position;
mod shard;
mod slash_day;
mod vault;

pub use book::*;
pub use case::*;
pub use device_stake::*;
pub use offer::*;
pub use position::*;
pub use shard::*;
pub use slash_day::*;
