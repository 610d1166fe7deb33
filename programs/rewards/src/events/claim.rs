//! Events of claim records.

use anchor_lang::prelude::*;

use super::U64Change;

/// A record was opened.
#[event]
pub struct ClaimOpened {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// The Device account.
    pub device: Pubkey,
    /// Owner or co-staker.
    pub party: Pubkey,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A leaf was proven at an accepted root.
#[event]
pub struct RewardLeafProven {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// Who sent the proof.
    pub actor: Pubkey,
    /// The Device account.
    pub device: Pubkey,
    /// Owner or co-staker.
    pub party: Pubkey,
    /// Sequence of the root.
    pub root_seq: u64,
    /// Lifetime in the leaf, IO base units.
    pub lifetime_io: u64,
    /// Sequence of the newest accepted root that is proven.
    pub newest_seq: U64Change,
    /// Sequence of the newest matured root that is proven.
    pub matured_seq: U64Change,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Rewards were paid out.
#[event]
pub struct RewardClaimed {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// Who sent the claim.
    pub actor: Pubkey,
    /// The Device account.
    pub device: Pubkey,
    /// Owner or co-staker.
    pub party: Pubkey,
    /// Wallet that was paid.
    pub wallet: Pubkey,
    /// Its token account.
    pub destination: Pubkey,
    /// Paid now, IO base units.
    pub amount_io: u64,
    /// Paid since the beginning, IO base units.
    pub claimed_io: U64Change,
    /// Held or burned for slash cases, IO base units.
    pub forfeited_io: u64,
    /// Lifetime of the leaf, IO base units.
    pub lifetime_io: u64,
    /// Sequence of the root it was proven at.
    pub root_seq: u64,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// What one record lost or regained by a slash case.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct RecordHold {
    /// The ClaimRecord account.
    pub record: Pubkey,
    /// The Device account.
    pub device: Pubkey,
    /// Owner or co-staker.
    pub party: Pubkey,
    /// Amount of the hold or of the part that is dropped, IO base units.
    pub amount_io: u64,
    /// Held or burned, IO base units.
    pub forfeited_io: U64Change,
    /// Burned, IO base units.
    pub burned_io: U64Change,
    /// Event number of the record.
    pub seq: u64,
}

/// A slash case holds rewards; no token moved.
#[event]
pub struct RewardsHeld {
    /// The staking program's caller address.
    pub actor: Pubkey,
    /// One entry per record.
    pub records: Vec<RecordHold>,
    /// Unix seconds.
    pub at: i64,
}

/// A slash case gave held rewards free; no token moved.
#[event]
pub struct RewardsRestored {
    /// The staking program's caller address.
    pub actor: Pubkey,
    /// One entry per record.
    pub records: Vec<RecordHold>,
    /// Unix seconds.
    pub at: i64,
}

/// Held rewards were burned; what a hold had beyond them is dropped.
#[event]
pub struct RewardsBurned {
    /// The staking program's caller address.
    pub actor: Pubkey,
    /// One entry per record.
    pub records: Vec<RecordHold>,
    /// Burned from the distribution vault, IO base units.
    pub burned_io: u64,
    /// Event number of the Emission account.
    pub emission_seq: u64,
    /// Unix seconds.
    pub at: i64,
}
