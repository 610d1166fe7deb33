//! Instructions of the staking program, by noun.

mod book;
mod device_stake;
mod offer;
mod position;
mod shard;
mod vault;

pub use book::*;
pub use device_stake::*;
pub use offer::*;
pub use position::*;
pub use shard::*;
