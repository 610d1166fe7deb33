//! Block rewards of an hour (economics §7, §4.3).
//!
//! Mechanism: [`eligibility`] says which devices an hour pays and names the rule that excludes each
//! other one; [`score`] weighs a paid device; [`Pools`] splits the hour's emission; [`Share`] gives
//! each device of a pool its part in proportion to its score and its parties their parts of it.
//! Place of use: the verifiers build the summary and the reward tree from these functions, the
//! indexer and an audit rebuild them, the rewards program checks the sums. Invariant: device
//! rewards, remainders and safety share of an hour sum to its emission, and the parties' parts of a
//! device reward sum to it.

pub mod eligibility;
mod pools;
pub mod score;

pub use pools::{unallocated, PoolResult, Pools, RewardPool, Share};

use crate::math::MathError;

/// Why a reward rule has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewardError {
    /// An amount does not fit its type.
    Math(MathError),
    /// The byte names no pool.
    UnknownPool,
    /// The connectivity tier does not exist.
    UnknownTier,
    /// More is allocated than the pool holds.
    AllocationAbovePool,
    /// So much is left that it is no rounding remainder of the paid devices.
    AllocationBelowPool,
    /// A score is above the sum of all scores of its pool.
    ScoreAboveSum,
}

impl From<MathError> for RewardError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Result of a reward rule.
pub type RewardResult<T> = Result<T, RewardError>;

#[cfg(test)]
mod tests;
