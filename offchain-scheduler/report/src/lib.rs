//! Hourly block reports and the reward tree (economics §7).
//!
//! Mechanism: [`merge`] turns the observation files of an hour into one view of each device;
//! [`BlockReport`] judges and pays the devices by the rules of `ion_economics::reward`, and names
//! every input in a [`BlockBundle`]; [`Lifetimes`] adds the hours up and becomes the reward tree
//! that [`RootReport`] is voted for with. Place of use: the verifier service builds and votes, the
//! indexer and `ion audit block` rebuild. Invariant: a report is a pure function of the set of
//! files, the block as the chain stamped it and the parameters; the order of files and of devices
//! does not matter; the parts of all devices and the remainders sum to the emission.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod block;
mod bundle;
mod day;
mod epoch;
mod estimate;
mod lifetimes;
mod list;
mod merge;
mod payout;
mod payout_bundle;
mod root;

pub use block::{BlockReport, BlockTerms};
pub use bundle::{BlockBundle, RULES_VERSION};
pub use day::{DayBuilder, DayReport, DayTerms, EpochBundle, HourFiles, Part};
pub use epoch::{ClassTerms, CountedDevice, EpochDraft, EpochObligations, ServedHour};
pub use estimate::{ESTIMATE_BLOCKS, EstimatedDevice, PastBlock, estimate_per_block};
pub use lifetimes::{Lifetime, Lifetimes};
pub use list::{DeviceList, DeviceRow, PartyAmount, RowState};
pub use merge::{SourceFile, merge, named, sources};
pub use payout::{Payout, Payouts, SealedTotals};
pub use payout_bundle::{Hire, PayoutBundle, PayoutDay, PayoutReport, PayoutRow, SealedDay};
pub use root::{RootBundle, RootReport};

/// SHA-256 digest.
pub type Hash = ion_merkle::Hash;
/// A public key or account address.
pub type Key = [u8; 32];

/// Why a report cannot be built or is not what it claims to be.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// The bytes are none of the stored form.
    #[error("evidence does not decode")]
    Undecodable,
    /// The evidence was made by other rules.
    #[error("evidence was made by other rules")]
    OtherRules,
    /// The evidence was made with other terms than the chain shows.
    #[error("the chain shows other terms of the block")]
    OtherTerms,
    /// A file that the evidence names is not among the given ones.
    #[error("a file of the bundle is missing")]
    MissingFile,
    /// Fewer files than the threshold of the set.
    #[error("too few files")]
    TooFewFiles,
    /// Recomputing gives another result.
    #[error("the evidence gives another result")]
    OtherResult,
    /// The hours of the lists do not follow each other.
    #[error("hours do not follow each other")]
    HoursOutOfOrder,
    /// A rule has no result for these facts.
    #[error("reward rule: {0:?}")]
    Rule(ion_economics::reward::RewardError),
    /// A count or amount does not fit.
    #[error("a count does not fit")]
    Overflow,
}

impl From<ion_economics::reward::RewardError> for ReportError {
    fn from(error: ion_economics::reward::RewardError) -> Self {
        Self::Rule(error)
    }
}

impl From<ion_economics::math::MathError> for ReportError {
    fn from(error: ion_economics::math::MathError) -> Self {
        Self::Rule(error.into())
    }
}

use sha2::{Digest, Sha256};

/// SHA-256 over a domain tag and bytes.
pub(crate) fn tagged(tag: &[u8], bytes: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(tag)
        .chain_update(bytes)
        .finalize()
        .into()
}
