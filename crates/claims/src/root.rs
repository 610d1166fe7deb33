//! One accepted root.

use anchor_lang::prelude::*;
use ion_merkle::{
    earnings::{EarningsLeaf, EarningsTree},
    verify, Hash, Hasher,
};

/// Where a root stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootState {
    /// Accepted; can be vetoed.
    Pending,
    /// Pays; can no longer be vetoed.
    Matured,
    /// Counts nowhere.
    Vetoed,
}

/// An accepted root with its totals; a place of the ring without a root is all zero.
#[zero_copy]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Root {
    /// Sequence of its report, from 1; 0 = no root.
    pub seq: u64,
    /// Last hour (reward tree) or epoch (payout tree) whose earnings the lifetimes contain.
    pub through: u64,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Sum of the IO lifetimes, base units.
    pub lifetime_io: u64,
    /// Sum of the USDC lifetimes, base units; 0 in the reward tree.
    pub lifetime_usdc: u64,
    /// Sum of the arrears, 1e-6 USD; 0 in the reward tree.
    pub arrears_usd_micros: u64,
    /// When it was accepted, Unix seconds.
    pub accepted_at: i64,
    /// When it matures, Unix seconds.
    pub mature_at: i64,
    /// When it was vetoed, Unix seconds; 0 = not.
    pub vetoed_at: i64,
    /// The root, leaf count hashed into it.
    pub hash: [u8; 32],
}

const _: () = assert!(Root::INIT_SPACE == 9 * 8 + 32);

/// Where a leaf stands in its tree.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    /// Place of the leaf, from 0.
    pub index: u64,
    /// Siblings from the leaf upwards; levels at which the node has none are left out.
    pub siblings: &'a [Hash],
}

impl Root {
    /// A place without a root.
    pub const EMPTY: Self = Self {
        seq: 0,
        through: 0,
        leaf_count: 0,
        lifetime_io: 0,
        lifetime_usdc: 0,
        arrears_usd_micros: 0,
        accepted_at: 0,
        mature_at: 0,
        vetoed_at: 0,
        hash: [0; 32],
    };

    /// Where the root stands at `now` (Unix seconds): it matures while `now ≥ mature_at`.
    pub fn state(&self, now: i64) -> RootState {
        if self.vetoed_at != 0 {
            RootState::Vetoed
        } else if now >= self.mature_at {
            RootState::Matured
        } else {
            RootState::Pending
        }
    }

    /// Whether `leaf` stands in this tree; `ring` is the address of the account that holds the ring.
    pub fn contains<H: Hasher>(
        &self,
        tree: EarningsTree,
        ring: &[u8; 32],
        leaf: &EarningsLeaf,
        proof: Proof,
    ) -> bool {
        verify::<H>(
            &self.hash,
            &leaf.hash::<H>(tree, ring),
            proof.index,
            self.leaf_count,
            proof.siblings,
        )
    }
}
