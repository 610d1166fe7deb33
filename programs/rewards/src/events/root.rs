//! Events of the reward tree's roots.

use anchor_lang::prelude::*;

/// A root was accepted and waits for its maturity.
#[event]
pub struct RewardRootAccepted {
    /// The RootRing account.
    pub roots: Pubkey,
    /// Who sent the report.
    pub actor: Pubkey,
    /// The poll that attests it.
    pub poll: Pubkey,
    /// Sequence of the root.
    pub root_seq: u64,
    /// Last hour index whose rewards the lifetimes contain.
    pub through_hour: u64,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Sum of the lifetimes, IO base units.
    pub lifetime_io: u64,
    /// The root.
    pub root: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
    /// When it matures, Unix seconds.
    pub mature_at: i64,
    /// Sequence of the root that left the ring; 0 = none.
    pub dropped_seq: u64,
    /// Event number of the RootRing account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A pending root was vetoed and counts nowhere.
#[event]
pub struct RewardRootVetoed {
    /// The RootRing account.
    pub roots: Pubkey,
    /// Guardian or governance.
    pub actor: Pubkey,
    /// Whether governance vetoed.
    pub by_governance: bool,
    /// Sequence of the root.
    pub root_seq: u64,
    /// Last hour index of the root.
    pub through_hour: u64,
    /// Event number of the RootRing account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
