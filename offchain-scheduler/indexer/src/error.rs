//! What stops the index.

use ion_store::StoreError;
use solana_signature::Signature;

use crate::{
    project::{Overflow, ProjectError, RuleError},
    record::PackError,
};

/// Why a batch was not applied. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules of this version are broken.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// An event of the programs that this version does not know: it must not be skipped.
    #[error("transaction {0} holds an event that this version does not know")]
    UnknownEvent(Signature),
    /// An event does not fit its rules.
    #[error("transaction {signature}: {error}")]
    Event {
        /// The transaction.
        signature: Signature,
        /// Why.
        error: Box<ProjectError>,
    },
    /// Events of an account are missing: its numbers jump.
    #[error("{subject}: event {found} follows event {last}, something in between is missing")]
    Gap {
        /// The account.
        subject: String,
        /// Number of its last known event; 0: none.
        last: i64,
        /// Number that came.
        found: i64,
        /// Slot of the last known event; everything after it may be incomplete.
        slot: u64,
    },
    /// A batch does not begin where the log ends.
    #[error("the batch overlaps the log: slot {slot} is not after {cursor}")]
    Overlap {
        /// First slot of the batch.
        slot: u64,
        /// Cursor.
        cursor: u64,
    },
    /// Another version derived the rows since this process started.
    #[error("the rows are of version {found} of the rules, this is version {known}")]
    OtherVersion {
        /// Version of the rows.
        found: i64,
        /// Version of this process.
        known: i64,
    },
    /// A column leaves its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A transaction of the log cannot be read or written.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl From<sqlx::Error> for IndexError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}
