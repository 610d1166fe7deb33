//! Events of payout roots and claim records.

use anchor_lang::prelude::*;

use super::U64Change;

/// A payout root was accepted and waits for its maturity.
#[event]
pub struct RootAccepted {
    /// The ring.
    pub roots: Pubkey,
    /// Sequence of the root.
    pub root_seq: u64,
    /// Last epoch it contains, UTC day index.
    pub through_epoch: u64,
    /// The root.
    pub root: [u8; 32],
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Sum of the IO lifetimes, base units.
    pub lifetime_io: u64,
    /// Sum of the USDC lifetimes, base units.
    pub lifetime_usdc: u64,
    /// Sum of the arrears, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
    /// When it matures, Unix seconds.
    pub mature_at: i64,
    /// Sequence of the root it replaces in the ring; 0 = none.
    pub dropped_seq: u64,
    /// Event number of the ring.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A pending root counts nowhere any more.
#[event]
pub struct RootVetoed {
    /// The ring.
    pub roots: Pubkey,
    /// Sequence of the root.
    pub root_seq: u64,
    /// Who vetoed.
    pub actor: Pubkey,
    /// Event number of the ring.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The record of a leaf exists.
#[event]
pub struct ClaimOpened {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// The device.
    pub device: Pubkey,
    /// The party.
    pub party: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A leaf was proven.
#[event]
pub struct LeafProven {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// Sequence of the root.
    pub root_seq: u64,
    /// All IO ever earned, base units.
    pub lifetime_io: u64,
    /// All USDC ever earned, base units.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// Sequence of the value that a slash case may hold.
    pub newest_seq: U64Change,
    /// Sequence of the value that is paid.
    pub matured_seq: U64Change,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A party was paid.
#[event]
pub struct PayoutClaimed {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// The device.
    pub device: Pubkey,
    /// The party.
    pub party: Pubkey,
    /// Wallet that was paid.
    pub wallet: Pubkey,
    /// IO claimed, base units.
    pub claimed_io: U64Change,
    /// USDC claimed, base units.
    pub claimed_usdc: U64Change,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A record of a batch and its change.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// Held or burned, IO base units.
    pub forfeited_io: U64Change,
    /// Burned, IO base units.
    pub burned_io: U64Change,
    /// Event number of the record.
    pub seq: u64,
}

/// Slash cases hold payouts; no token moved.
#[event]
pub struct PayoutsHeld {
    /// The records.
    pub records: Vec<RecordChange>,
    /// Unix seconds.
    pub at: i64,
}

/// Holds were dropped; no token moved.
#[event]
pub struct HoldsReleased {
    /// The records.
    pub records: Vec<RecordChange>,
    /// Unix seconds.
    pub at: i64,
}

/// Held payouts were burned.
#[event]
pub struct HoldsBurned {
    /// The records.
    pub records: Vec<RecordChange>,
    /// Burned in all, IO base units.
    pub amount_io: u64,
    /// Unix seconds.
    pub at: i64,
}
