//! Events of the permanent day totals.

use anchor_lang::prelude::*;

/// Shards of a day were added to its permanent account.
#[event]
#[derive(Debug)]
pub struct TneDayFolded {
    /// The day account.
    pub tne_day: Pubkey,
    /// UTC day.
    pub day: u64,
    /// One bit per shard that is now in.
    pub shards: u16,
    /// IO of records priced that day so far, base units.
    pub estimated_io: u64,
    /// IO of lines earned that day so far, base units.
    pub settled_io: u64,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the day account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
