//! Instructions on the totals.

mod adjust;
mod fold_day;
mod init_shard;
mod open_day;

pub use adjust::*;
pub use fold_day::*;
pub use init_shard::*;
pub use open_day::*;
