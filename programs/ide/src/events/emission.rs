//! Events of the money that the schedule brings.

use anchor_lang::prelude::*;

use super::U64Change;

/// The emission of an hour became allowance of its epoch.
#[event]
pub struct AllowanceDeposited {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Hour index of the block.
    pub hour: u64,
    /// Minted into the reward vault for the hour, IO base units.
    pub amount_io: u64,
    /// Emission of the day, IO base units.
    pub emission_io: U64Change,
    /// One bit per hour of the day that was deposited.
    pub hours_deposited: u32,
    /// Emission of all epochs that are not sealed, IO base units.
    pub waiting_io: U64Change,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// IO reached the reward vault and its ledger at once.
#[event]
pub struct RemainderDeposited {
    /// The Vaults account.
    pub vaults: Pubkey,
    /// Account the tokens came from.
    pub source: Pubkey,
    /// Base units that arrived.
    pub amount_io: u64,
    /// Where they come from: 0 a block, 1 excess of a vault.
    pub kind: u8,
    /// Hour index of the block; 0 for excess.
    pub hour: u64,
    /// Ledger of the reward vault, IO base units.
    pub y1_io: U64Change,
    /// Event number of the Vaults account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
