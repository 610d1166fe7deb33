//! Recomputing what changed.
//!
//! Mechanism: an event marks its subjects as due, in the transaction that writes its rows; the checker
//! takes due subjects, reads the accounts they speak of at one finalized slot, waits until the log has
//! that slot, and puts what the rules make of the log up to it beside what the accounts say. Place of
//! use: a loop of the indexer. Invariants: both sides of a comparison are of the same slot; a
//! difference becomes a row of `alarms`, a metric and a log line; nothing is compared with itself.

mod audits;
mod compared;
mod evidence;
mod rows;
mod terms;

use std::{collections::HashMap, sync::Arc, time::Duration};

use ion_client::{audit::AuditError, send::ChainError};
use ion_objects::ObjectStore;
use ion_runtime::metrics::Metrics;
use ion_store::{from_column, to_column};
use solana_account::Account;
use solana_pubkey::Pubkey;
use sqlx::Row;

pub use compared::Compared;

use crate::{Index, IndexError, project::Field};

/// Accounts that one call may ask for.
pub const ACCOUNTS: usize = 100;
/// How long a check waits for the log to reach the slot of its accounts.
const CATCH_UP: Duration = Duration::from_secs(30);
/// Due subjects that are taken at a time.
const TAKEN: i64 = 100;

/// Reads accounts at one finalized slot.
pub trait Accounts: Send + Sync {
    /// The slot and the accounts, in the order asked for; up to [`ACCOUNTS`] of them.
    fn accounts_at(&self, keys: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>), ChainError>;
}

impl Accounts for ion_client::rpc::RpcChain {
    fn accounts_at(&self, keys: &[Pubkey]) -> Result<(u64, Vec<Option<Account>>), ChainError> {
        let finalized = solana_commitment_config::CommitmentConfig::finalized();
        self.client()
            .get_multiple_accounts_with_commitment(keys, finalized)
            .map(|answer| (answer.context.slot, answer.value))
            .map_err(|error| ChainError::Unreachable(error.to_string()))
    }
}

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

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    outcome: &'static str,
    figures: Vec<Compared>,
    detail: String,
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
    evidence: Option<Arc<dyn ObjectStore>>,
    metrics: Metrics,
}

/// Accounts as read at a slot.
#[derive(Clone, Debug)]
struct Snapshot {
    slot: u64,
    accounts: HashMap<Pubkey, Option<Account>>,
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
            evidence,
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
            "reward_root" => Ok(Vec::new()),
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
            kind => self.compare_rows(kind, due, snapshot).await,
        }
    }

    /// Reads accounts at one slot, then waits until the log has that slot.
    async fn snapshot(&self, keys: Vec<Pubkey>) -> Result<Snapshot, CheckError> {
        let chain = self.chain.clone();
        let (slot, accounts) = tokio::task::spawn_blocking(move || {
            let mut accounts = HashMap::with_capacity(keys.len());
            let mut slot = None;
            for chunk in keys.chunks(ACCOUNTS) {
                let (at, found) = chain.accounts_at(chunk)?;
                if *slot.get_or_insert(at) != at {
                    return Err(CheckError::NotYet);
                }
                accounts.extend(chunk.iter().copied().zip(found));
            }
            Ok((slot, accounts))
        })
        .await
        .map_err(|_| CheckError::Thread)??;
        let slot = match slot {
            Some(slot) => slot,
            None => self.index.cursor().await?,
        };
        let mut progress = self.index.progress();
        let caught_up = progress.wait_for(|cursor| *cursor >= slot);
        match tokio::time::timeout(CATCH_UP, caught_up).await {
            Ok(Ok(_)) => {}
            _ => return Err(CheckError::NotYet),
        }
        Ok(Snapshot { slot, accounts })
    }

    /// Writes a result, and the alarm that it raises or ends.
    async fn write(&self, due: &Due, result: &Outcome) -> Result<(), CheckError> {
        let is_equal = result.outcome != "unequal";
        let figures = Compared::to_json(&result.figures);
        let mut transaction = self.index.store().begin().await?;
        let written = sqlx::query(
            "UPDATE checks SET done = $3, is_due = CASE WHEN due = $3 THEN 0 ELSE 1 END, is_equal = $4, \
             outcome = $5, figures = $6 WHERE kind = $1 AND subject = $2",
        )
        .bind(&due.kind)
        .bind(&due.subject)
        .bind(due.due)
        .bind(i64::from(is_equal))
        .bind(result.outcome)
        .bind(&figures)
        .execute(&mut *transaction)
        .await
        .map_err(IndexError::from)?
        .rows_affected();
        if written > 0 && !is_equal {
            tracing::error!(
                kind = due.kind,
                subject = due.subject,
                detail = result.detail,
                "the record is not what it should be"
            );
            sqlx::query(
                "INSERT INTO alarms (kind, subject, is_open, detail, ordinal, changed, changed_slot) \
                 SELECT kind, subject, 1, $3, ordinal, $4, $5 FROM checks WHERE kind = $1 AND subject = $2 \
                 ON CONFLICT (kind, subject) DO UPDATE SET is_open = 1, detail = excluded.detail, \
                 changed = excluded.changed, changed_slot = excluded.changed_slot",
            )
            .bind(&due.kind)
            .bind(&due.subject)
            .bind(&result.detail)
            .bind(due.due)
            .bind(to_column("slot", due.slot).map_err(IndexError::from)?)
            .execute(&mut *transaction)
            .await
            .map_err(IndexError::from)?;
        } else if written > 0 {
            sqlx::query(
                "UPDATE alarms SET is_open = 0 WHERE kind = $1 AND subject = $2 AND is_open = 1",
            )
            .bind(&due.kind)
            .bind(&due.subject)
            .execute(&mut *transaction)
            .await
            .map_err(IndexError::from)?;
        }
        transaction.commit().await.map_err(IndexError::from)?;
        Ok(())
    }

    async fn export(&self, round: &Round) -> Result<(), CheckError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM alarms WHERE is_open = 1), \
             (SELECT COUNT(*) FROM checks WHERE is_due = 1)",
        )
        .fetch_one(self.index.store().pool())
        .await?;
        let alarms: i64 = row.try_get(0)?;
        let due: i64 = row.try_get(1)?;
        let set = |name, help, value: i64| {
            self.metrics
                .set(name, help, &[], u64::try_from(value).unwrap_or_default());
        };
        set("indexer_alarms_open", "Mismatches that stand.", alarms);
        set("indexer_checks_due", "Subjects to be recomputed.", due);
        for (result, count) in [("equal", round.equal), ("unequal", round.unequal)] {
            for _ in 0..count {
                self.metrics.count(
                    "indexer_checks_total",
                    "Recomputed subjects by result.",
                    &[("result", result)],
                );
            }
        }
        Ok(())
    }

    /// One row of a read model.
    async fn row(
        &self,
        table: &str,
        keys: &[Field],
    ) -> Result<Option<rows::RowValues>, CheckError> {
        Ok(rows::read(&self.index, table, keys).await?)
    }
}

fn equal_or_not(figures: Vec<Compared>) -> Outcome {
    let differing: Vec<&Compared> = figures.iter().filter(|one| !one.is_equal()).collect();
    if differing.is_empty() {
        return Outcome {
            outcome: "equal",
            figures,
            detail: String::new(),
        };
    }
    let detail = Compared::sentence(&differing);
    Outcome {
        outcome: "unequal",
        figures,
        detail,
    }
}

/// A result of an audit: its figures, or what the events contradict.
fn audited(
    result: Result<Vec<ion_client::audit::Figure>, AuditError>,
) -> Result<Outcome, CheckError> {
    match result {
        Ok(figures) => Ok(equal_or_not(figures.iter().map(Compared::from).collect())),
        Err(AuditError::Chain(error)) => Err(CheckError::Chain(error)),
        Err(error) => Ok(Outcome {
            outcome: "unequal",
            figures: Vec::new(),
            detail: error.to_string(),
        }),
    }
}

/// Only what differs of a comparison of a row, with the number of what is equal.
fn shortened(figures: Vec<Compared>) -> Outcome {
    let mut result = equal_or_not(figures);
    result.figures.retain(|one| !one.is_equal());
    result
}
