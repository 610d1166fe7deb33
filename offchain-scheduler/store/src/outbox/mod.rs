//! Rows of intended transactions (off-chain protocol §5).
//!
//! Mechanism: a row is unique by `(kind, subject, period)` and moves by [`transition`]:
//! `ready → signed → sent → finalized`, back to signing through `expired` when its blockhash died
//! without effect, and to `rejected` (benign refusal) or `poison` (too many refusals). Place of use:
//! the sender of the chain crate and the loops that put rows in. Invariant: a signature is stored
//! with its row before the first send, and every signature ever made is kept; a row is held by one
//! replica at a time, and holding it is no more than a convenience: every step is checked against
//! the version it was computed from.

mod machine;
mod row;
mod sql;

pub use machine::*;
pub use row::*;
pub use sql::*;

use crate::{Migration, StoreError};

/// Name of the migration set of the outbox.
pub const MIGRATION_SET: &str = "outbox";
/// Schema of the outbox.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../migrations/outbox_1.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../../migrations/outbox_2.sql"),
    },
];

/// Who takes rows, and until when they are its own. A replica that takes them again in time keeps
/// them; the rows of one that died are free once the lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Name of the replica; the same after its restart.
    pub owner: String,
    /// Present time, Unix milliseconds.
    pub now_ms: i64,
    /// End of the lease, Unix milliseconds.
    pub until_ms: i64,
}

/// Where rows are kept. The real side is [`SqlOutbox`]; tests wrap it to stop between two calls.
pub trait OutboxStore: Send + Sync {
    /// Puts a row in state `ready`; an existing row with this key stays as it is. Returns the row.
    fn enqueue(
        &self,
        key: &Key,
        work: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<OutboxRow, StoreError>> + Send;

    /// A row by its key.
    fn row(&self, key: &Key) -> impl Future<Output = Result<Option<OutboxRow>, StoreError>> + Send;

    /// Takes rows that are signed or sent, oldest change first, leaving out what another replica
    /// holds.
    fn in_flight(
        &self,
        claim: &Claim,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<OutboxRow>, StoreError>> + Send;

    /// Takes rows to sign whose waiting time is over, in order of creation, leaving out what another
    /// replica holds.
    fn due(
        &self,
        claim: &Claim,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<OutboxRow>, StoreError>> + Send;

    /// Every signature ever made for a row, oldest first.
    fn signatures(&self, key: &Key)
    -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// Carries out one step of [`transition`] on `row` and writes the result, together with the new
    /// signature if the step signs. `None` when the row was changed by somebody else since it was
    /// read; nothing is written then.
    ///
    /// Errors: `SignatureTaken` when any row holds this signature, `WrongState`, `Database`.
    fn advance(
        &self,
        row: &OutboxRow,
        input: Input,
        now_ms: i64,
    ) -> impl Future<Output = Result<Option<OutboxRow>, StoreError>> + Send;

    /// Counts and ages for the metrics.
    fn summary(&self, now_ms: i64) -> impl Future<Output = Result<Summary, StoreError>> + Send;
}
