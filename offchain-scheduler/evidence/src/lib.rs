//! Evidence that slash cases cite: what it says, and how anybody checks it.
//!
//! Mechanism: a piece of [`Evidence`] is stored as its canonical bytes under their hash
//! ([`Evidence::hash`]), and the hash is what stands on chain. A challenge is kept with the signed
//! messages of both sides, so a failed one is proven by signatures and recomputation, not by the
//! word of whoever stored it. Place of use: the verifier writes challenges, parties of a case write
//! statements and renters' wrong results of jobs, the command line and the indexer fetch and check. Invariant: [`ChallengeRecord::check`]
//! returns [`Finding::Failed`] only when the device itself signed the contradiction.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod challenge;
mod job;
mod statement;

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};

pub use challenge::{ChallengeRecord, Finding, RecordError};
pub use job::{JobRecord, JobRecordError, finding as job_finding};
pub use statement::{Attachment, MAX_STATEMENT_BYTES, Statement, StatementError};

const EVIDENCE_TAG: &[u8] = b"ION_EVIDENCE_V1";

/// SHA-256 digest.
pub type Hash = [u8; 32];

/// A piece of evidence.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum Evidence {
    /// One challenge from its issue to its verdict.
    Challenge(Box<ChallengeRecord>),
    /// What a party of a case says, with files.
    Statement(Statement),
    /// A renter's order and what the device made of it.
    Job(Box<JobRecord>),
}

/// Why bytes are not the cited evidence.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceError {
    /// The bytes have another hash than the cited one.
    #[error("the stored bytes are not the cited evidence: their hash is another one")]
    OtherHash,
    /// The bytes have the cited hash but are no evidence.
    #[error("the cited bytes are no evidence of a known form")]
    Undecodable,
}

impl Evidence {
    /// Canonical bytes, which are stored.
    pub fn encode(&self) -> std::io::Result<Vec<u8>> {
        borsh::to_vec(self)
    }

    /// Hash of stored bytes: name of the object and what a case cites.
    pub fn hash(bytes: &[u8]) -> Hash {
        Sha256::new()
            .chain_update(EVIDENCE_TAG)
            .chain_update(bytes)
            .finalize()
            .into()
    }

    /// Name of the object that holds evidence of this hash.
    pub fn object_name(hash: &Hash) -> String {
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("evidence/{digits}")
    }

    /// Decodes bytes that must have the cited hash.
    ///
    /// Errors: `OtherHash`, `Undecodable`.
    pub fn decode(bytes: &[u8], cited: &Hash) -> Result<Self, EvidenceError> {
        if Self::hash(bytes) != *cited {
            return Err(EvidenceError::OtherHash);
        }
        borsh::from_slice(bytes).map_err(|_| EvidenceError::Undecodable)
    }
}
