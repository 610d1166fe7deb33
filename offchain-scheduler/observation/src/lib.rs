//! Observation files of verifiers and the reports that follow from them.
//!
//! Mechanism: each verifier signs one [`ObservationFile`] per hour. [`aggregate`] turns a set of
//! such files into device and work leaves by majority and median; a [`Bundle`] names the files and
//! the leaves, and its hash is part of the [`Report`] that the verifiers vote for. Place of use:
//! the verifier service builds and votes, the indexer and an auditor recompute. Invariant: leaves
//! are a pure function of the set of files, the members and the least number of observations; the
//! order of files does not matter.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod aggregate;
mod bundle;
mod file;
mod hour;
mod minutes;
mod outage;
mod served;
mod vote;

pub use aggregate::{Aggregate, Rules, aggregate};
pub use bundle::{Bundle, BundleError, FileRef, Leaves, Report};
pub use file::{
    ChallengeObservation, DeviceFields, DeviceObservation, FileError, JobObservation,
    ObservationFile, RecordObservation, SignedFile, UsageObservation,
};
pub use hour::{HourFlags, HourObservation, HourSight, PositionObservation, ProofCode};
pub use minutes::{MinuteMap, fill_gap};
pub use outage::{Fault, FaultBundle, FaultRules, LineFacts, OutageNote, SignedOutage};
pub use served::{MinuteState, served_minutes};
pub use vote::{Candidate, best_payload};

/// SHA-256 digest.
pub type Hash = ion_merkle::Hash;
/// A public key or account address.
pub type Key = [u8; 32];

use sha2::{Digest, Sha256};

/// SHA-256 over a domain tag and bytes.
pub(crate) fn tagged(tag: &[u8], bytes: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(tag)
        .chain_update(bytes)
        .finalize()
        .into()
}
