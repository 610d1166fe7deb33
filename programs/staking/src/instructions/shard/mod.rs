//! Shards of the counted stake.

mod init_shard;

pub use init_shard::*;
