//! Instructions on the totals.

mod fold_day;
mod init_shard;
mod open_day;

pub use fold_day::*;
pub use init_shard::*;
pub use open_day::*;
