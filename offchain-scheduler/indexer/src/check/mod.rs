//! Recomputing what changed.
//!
//! Mechanism: an event marks its subjects as due, in the transaction that writes its rows; the checker
//! takes due subjects, reads the accounts they speak of at one finalized slot, waits until the log has
//! that slot, and puts what the rules make of the log up to it beside what the accounts say. Place of
//! use: a loop of the indexer. Invariants: both sides of a comparison are of the same slot; a
//! difference becomes a row of `alarms`, a metric and a log line; nothing is compared with itself.

mod accounts;
mod audits;
mod compared;
mod evidence;
mod outcome;
mod params;
mod results;
mod rows;
mod terms;
mod values;

use std::sync::Arc;

use ion_client::send::ChainError;
use ion_objects::ObjectStore;
use ion_runtime::metrics::Metrics;
use ion_store::from_column;
use solana_pubkey::Pubkey;
use sqlx::Row;

use accounts::Snapshot;
pub use accounts::{ACCOUNTS, Accounts};
pub use compared::Compared;
use evidence::Evidence;
use outcome::{Outcome, audited, shortened};
use values::RowValues;

use crate::{Index, IndexError, project::Field};

/// Due subjects that are taken at a time.
const TAKEN: i64 = 100;

/// Why a check has no result yet; it stays due.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The chain could not be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The database.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The log has not reached the slot of the accounts, or they are older than the event.
    #[error("the log and the accounts are not of one slot yet")]
    NotYet,
    /// A thread was lost.
    #[error("a thread was lost")]
    Thread,
    /// A check that this version does not know.
    #[error("no check is called {0}")]
    Unknown(String),
}

impl From<sqlx::Error> for CheckError {
    fn from(error: sqlx::Error) -> Self {
        Self::Index(error.into())
    }
}

impl From<ion_store::StoreError> for CheckError {
    fn from(error: ion_store::StoreError) -> Self {
        Self::Index(error.into())
    }
}

/// Something that is due.
#[derive(Clone, Debug)]
struct Due {
    kind: String,
    subject: String,
    due: i64,
    slot: u64,
    ordinal: i64,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Checks that were equal.
    pub equal: u64,
    /// Checks that were not.
    pub unequal: u64,
    /// Checks that wait for the chain or the log.
    pub waiting: u64,
}

/// Recomputes what is due.
pub struct Checker {
    index: Index,
    chain: Arc<dyn Accounts>,
    evidence: Option<Evidence>,
    metrics: Metrics,
}

impl Checker {
    /// A checker; without a store of evidence, blocks and roots are compared by their totals only.
    pub fn new(
        index: Index,
        chain: Arc<dyn Accounts>,
        evidence: Option<Arc<dyn ObjectStore>>,
        metrics: Metrics,
    ) -> Self {
        Self {
            index,
            chain,
            evidence: evidence.map(Evidence::new),
            metrics,
        }
    }

    /// Takes due subjects once, in the order they became due.
    ///
    /// Errors: `Index` when the database fails; what waits for the chain stays due and is counted.
    pub async fn round(&self) -> Result<Round, CheckError> {
        let mut round = Round::default();
        let mut after = i64::MIN;
        loop {
            let due = self.due(after).await?;
            let Some(last) = due.last() else {
                break;
            };
            after = last.ordinal;
            self.page(due, &mut round).await?;
        }
        self.export(&round).await?;
        Ok(round)
    }

    async fn due(&self, after: i64) -> Result<Vec<Due>, CheckError> {
        sqlx::query(
            "SELECT kind, subject, due, changed_slot, ordinal FROM checks WHERE is_due = 1 AND ordinal > $1 \
             ORDER BY ordinal LIMIT $2",
        )
        .bind(after)
        .bind(TAKEN)
        .fetch_all(self.index.store().pool())
        .await?
        .iter()
        .map(|row| {
            Ok(Due {
                kind: row.try_get(0)?,
                subject: row.try_get(1)?,
                due: row.try_get(2)?,
                slot: from_column("changed_slot", row.try_get(3)?)?,
                ordinal: row.try_get(4)?,
            })
        })
        .collect()
    }

    /// Checks due subjects in groups whose accounts one call can read.
    async fn page(&self, due: Vec<Due>, round: &mut Round) -> Result<(), CheckError> {
        let (mut group, mut keys) = (Vec::new(), Vec::new());
        for one in due {
            let wanted = match self.keys(&one).await {
                Ok(wanted) => wanted,
                Err(error @ (CheckError::Index(_) | CheckError::Unknown(_))) => return Err(error),
                Err(_) => {
                    round.waiting += 1;
                    continue;
                }
            };
            if !group.is_empty() && keys.len() + wanted.len() > ACCOUNTS {
                self.group(std::mem::take(&mut group), std::mem::take(&mut keys), round)
                    .await?;
            }
            keys.extend(wanted);
            group.push(one);
        }
        self.group(group, keys, round).await
    }

    async fn group(
        &self,
        group: Vec<Due>,
        keys: Vec<Pubkey>,
        round: &mut Round,
    ) -> Result<(), CheckError> {
        let waiting = |error: CheckError| match error {
            CheckError::Index(_) | CheckError::Unknown(_) => Err(error),
            error => {
                tracing::debug!(error = %error, "checks wait");
                Ok(())
            }
        };
        if group.is_empty() {
            return Ok(());
        }
        let snapshot = match self.snapshot(keys).await {
            Ok(snapshot) => snapshot,
            Err(error) => {
                round.waiting += u64::try_from(group.len()).unwrap_or(u64::MAX);
                return waiting(error);
            }
        };
        for one in group {
            match self.check(&one, &snapshot).await {
                Ok(result) => {
                    self.write(&one, &result).await?;
                    match result.outcome {
                        "unequal" => round.unequal += 1,
                        _ => round.equal += 1,
                    }
                }
                Err(error) => {
                    round.waiting += 1;
                    waiting(error)?;
                }
            }
        }
        Ok(())
    }

    /// Accounts that a check compares with.
    async fn keys(&self, due: &Due) -> Result<Vec<Pubkey>, CheckError> {
        match due.kind.as_str() {
            kind @ ("device" | "stake" | "case" | "block" | "epoch" | "auction" | "booking") => {
                self.row_keys(kind, due).await
            }
            kind @ ("schedule" | "engine" | "tne") => self.audit_keys(kind).await,
            "reward_root" | "payout_root" | "epoch_report" => Ok(Vec::new()),
            other => Err(CheckError::Unknown(other.to_owned())),
        }
    }

    async fn check(&self, due: &Due, snapshot: &Snapshot) -> Result<Outcome, CheckError> {
        // accounts from before the event say nothing about it
        if snapshot.slot < due.slot {
            return Err(CheckError::NotYet);
        }
        match due.kind.as_str() {
            kind @ ("schedule" | "engine" | "tne") => self.audit(kind, snapshot).await,
            "reward_root" => self.reward_root(due).await,
            "payout_root" => self.payout_root(due).await,
            "epoch_report" => self.epoch_report(due).await,
            kind => self.compare_rows(kind, due, snapshot).await,
        }
    }

    /// One row of a read model.
    async fn row(&self, table: &str, keys: &[Field]) -> Result<Option<RowValues>, CheckError> {
        Ok(values::read(&self.index, table, keys).await?)
    }
}
