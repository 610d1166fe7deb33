//! Events of the permanent day totals.

use anchor_lang::prelude::*;

use super::I64Change;

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
    /// One bit per shard whose part holds later days too.
    pub shards_with_later_days: u16,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the day account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// TNE `adjust`: governance corrected a total; the counters that events feed stay as they are.
#[event]
#[derive(Debug)]
pub struct TneAdjusted {
    /// The shard that keeps corrections.
    pub tne: Pubkey,
    /// The queued action that was executed by it.
    pub action: Pubkey,
    /// 0 estimated, 1 settled.
    pub counter: u8,
    /// Signed correction, IO base units.
    pub amount_io: i64,
    /// Hash of the published reason.
    pub reason_hash: [u8; 32],
    /// Corrections of the counter in all.
    pub adjusted: I64Change,
    /// Who executed it.
    pub by: Pubkey,
    /// Number of the correction.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
