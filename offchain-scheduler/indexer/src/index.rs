//! The log and what is derived from it, in one database.

use std::{collections::BTreeSet, sync::Arc};

use ion_client::{events::events_of, history::TransactionRecord, idl};
use ion_store::{Store, from_column, to_column};
use serde_json::Value;
use sqlx::{Any, Row, Transaction};
use tokio::sync::watch;

use crate::{
    entry::{Numbered, due, of_transaction, touched, write_event, write_touches},
    error::IndexError,
    known::Known,
    numbers::Numbers,
    project::{Changes, Rules},
    record,
    schema::{self, MIGRATION_SET, MIGRATIONS},
};

/// Transactions that are replayed at a time.
const REPLAY: i64 = 500;
/// Version of what is derived from the log. It grows with every change of `rules.txt`, `known.rs`,
/// `entry.rs` or `project` that makes other rows of the same log; an index of another version is
/// derived anew when it is opened.
pub const DERIVED: i64 = 1;

/// The database and the rules it is filled by. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Index {
    store: Store,
    rules: Arc<Rules>,
    progress: watch::Sender<u64>,
}

/// What a batch brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Transactions.
    pub transactions: u64,
    /// Events.
    pub events: u64,
}

/// Where the log ends.
#[derive(Clone, Copy, Debug)]
struct Progress {
    slot: u64,
    entries: i64,
    derived: i64,
}

impl Index {
    /// Opens the index of a store and brings its tables up to date: first the schema, then, when they
    /// are of another version of the rules, every derived row, from the log that is stored.
    ///
    /// Errors: `Store`, `Rules`; those of [`Index::apply`] when rows are derived anew.
    pub async fn open(store: Store) -> Result<Self, IndexError> {
        store.migrate(MIGRATION_SET, MIGRATIONS).await?;
        let index = Self {
            store,
            rules: Arc::new(Rules::load()?),
            progress: watch::channel(0).0,
        };
        sqlx::query(
            "INSERT INTO progress (id, slot, entries, derived) VALUES (1, 0, 0, $1) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(DERIVED)
        .execute(index.store.pool())
        .await?;
        index.upgrade().await?;
        index.progress.send_replace(index.cursor().await?);
        Ok(index)
    }

    /// Derives all rows anew when they are of another version of the rules.
    async fn upgrade(&self) -> Result<(), IndexError> {
        let row = sqlx::query("SELECT derived FROM progress WHERE id = 1")
            .fetch_one(self.store.pool())
            .await?;
        if row.try_get::<i64, _>(0)? == DERIVED {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        let progress = self.progress_of(&mut transaction).await?;
        // a replica may have done it meanwhile
        if progress.derived == DERIVED {
            return Ok(());
        }
        tracing::info!(
            from = progress.derived,
            to = DERIVED,
            "rows are derived anew"
        );
        let entries = self.rederive(&mut transaction).await?;
        set_progress(&mut transaction, progress.slot, entries).await?;
        sqlx::query("UPDATE progress SET derived = $1 WHERE id = 1")
            .bind(DERIVED)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Changes whenever slots were applied.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    /// Every slot up to this one is in the tables.
    ///
    /// Errors: `Store`.
    pub async fn cursor(&self) -> Result<u64, IndexError> {
        let row = sqlx::query("SELECT slot FROM progress WHERE id = 1")
            .fetch_one(self.store.pool())
            .await?;
        Ok(from_column("slot", row.try_get(0)?)?)
    }

    /// Writes whole slots after the cursor: transactions, events, rows, what has to be recomputed, and
    /// the cursor, all or nothing.
    ///
    /// Errors: all of [`IndexError`]; nothing is written then.
    pub async fn apply(
        &self,
        records: &[TransactionRecord],
        through: u64,
    ) -> Result<Applied, IndexError> {
        let mut transaction = self.store.begin().await?;
        let progress = self.progress_of(&mut transaction).await?;
        progress.same_version()?;
        if let Some(first) = records.first()
            && first.slot <= progress.slot
        {
            return Err(IndexError::Overlap {
                slot: first.slot,
                cursor: progress.slot,
            });
        }
        if through <= progress.slot {
            return Ok(Applied::default());
        }
        let mut entries = progress.entries;
        self.write_log(&mut transaction, records, entries).await?;
        let applied = self.derive(&mut transaction, records, &mut entries).await?;
        set_progress(&mut transaction, through, entries).await?;
        transaction.commit().await?;
        self.progress.send_replace(through);
        Ok(applied)
    }

    async fn progress_of(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<Progress, IndexError> {
        // replicas on one server take turns
        let lock = match self.store.engine() {
            ion_store::Engine::Sqlite => "SELECT slot, entries, derived FROM progress WHERE id = 1",
            ion_store::Engine::Postgres => {
                "SELECT slot, entries, derived FROM progress WHERE id = 1 FOR UPDATE"
            }
        };
        let row = sqlx::query(lock).fetch_one(&mut **transaction).await?;
        Ok(Progress {
            slot: from_column("slot", row.try_get(0)?)?,
            entries: row.try_get(1)?,
            derived: row.try_get(2)?,
        })
    }

    async fn write_log(
        &self,
        transaction: &mut Transaction<'static, Any>,
        records: &[TransactionRecord],
        mut entry: i64,
    ) -> Result<(), IndexError> {
        let mut last = (0, 0i64);
        for record in records {
            let place = if last.0 == record.slot { last.1 + 1 } else { 0 };
            last = (record.slot, place);
            let slot = to_column("slot", record.slot)?;
            entry += 1;
            sqlx::query(
                "INSERT INTO transactions (slot, place, signature, block_time, entry, raw) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(slot)
            .bind(place)
            .bind(record.signature.to_string())
            .bind(record.block_time.unwrap_or_default())
            .bind(entry)
            .bind(record::pack(record)?)
            .execute(&mut **transaction)
            .await?;
            let events = i64::try_from(events_of(record).len()).unwrap_or(i64::MAX);
            entry = entry.saturating_add(events);
        }
        Ok(())
    }

    /// Writes events, rows and numbers of some transactions of the log.
    async fn derive(
        &self,
        transaction: &mut Transaction<'static, Any>,
        records: &[TransactionRecord],
        entries: &mut i64,
    ) -> Result<Applied, IndexError> {
        let mut changes = Changes::default();
        let mut events = Vec::new();
        let mut known = Known::default();
        let mut last = (0, 0i64);
        for record in records {
            *entries += 1;
            last = match last {
                (slot, place) if slot == record.slot => (slot, place + 1),
                _ => (record.slot, 0),
            };
            let before = events.len();
            for (place, change) in (0..).zip(of_transaction(record)) {
                changes.push(change, *entries, place, record.slot)?;
            }
            for event in events_of(record) {
                *entries += 1;
                let unknown = || IndexError::UnknownEvent(record.signature);
                let (name, body) = event.describe().ok_or_else(unknown)?;
                let program = idl::program_name(&event.program).ok_or_else(unknown)?;
                let at = body.get("at").and_then(Value::as_i64).unwrap_or_default();
                let text = body.to_string();
                let body = known.complete(transaction, name, body).await?;
                let effects =
                    self.rules
                        .effects(program, name, &body, *entries)
                        .map_err(|error| IndexError::Event {
                            signature: record.signature,
                            error: Box::new(error),
                        })?;
                events.push(Numbered {
                    entry: *entries,
                    slot: record.slot,
                    signature: record.signature.to_string(),
                    program,
                    name,
                    at,
                    body: text,
                    effects,
                });
            }
            let subjects = events.iter().skip(before).flat_map(|event: &Numbered| {
                event
                    .effects
                    .numbers
                    .iter()
                    .map(move |number| (event.program, number.subject.as_str()))
            });
            write_touches(transaction, record, last.1, &touched(record, subjects)).await?;
        }
        let subjects: BTreeSet<String> = events
            .iter()
            .flat_map(|event| &event.effects.numbers)
            .map(|number| number.subject.clone())
            .collect();
        let subjects: Vec<String> = subjects.into_iter().collect();
        let mut numbers = Numbers::load(transaction, &subjects).await?;
        let applied = Applied {
            transactions: u64::try_from(records.len()).unwrap_or(u64::MAX),
            events: u64::try_from(events.len()).unwrap_or(u64::MAX),
        };
        for event in events {
            write_event(transaction, &event).await?;
            for number in event.effects.numbers {
                numbers.take(number, event.slot)?;
            }
            let checks = event
                .effects
                .checks
                .into_iter()
                .map(|(kind, subject)| due(kind, subject, event.entry));
            for (place, change) in (0..).zip(event.effects.changes.into_iter().chain(checks)) {
                changes.push(change, event.entry, place, event.slot)?;
            }
        }
        numbers.write(transaction).await?;
        changes.write(transaction).await?;
        Ok(applied)
    }

    /// Takes everything above `slot` out of the log and derives all tables anew from what is left; the
    /// chain is followed again from there.
    ///
    /// Errors: those of [`Index::apply`].
    pub async fn rewind(&self, slot: u64) -> Result<(), IndexError> {
        let mut transaction = self.store.begin().await?;
        let progress = self.progress_of(&mut transaction).await?;
        progress.same_version()?;
        let kept = slot.min(progress.slot);
        let column = to_column("slot", kept)?;
        sqlx::query("DELETE FROM transactions WHERE slot > $1")
            .bind(column)
            .execute(&mut *transaction)
            .await?;
        let entries = self.rederive(&mut transaction).await?;
        set_progress(&mut transaction, kept, entries).await?;
        transaction.commit().await?;
        self.progress.send_replace(kept);
        Ok(())
    }

    /// Empties the derived tables and derives them from the whole log; the number of its last entry.
    async fn rederive(
        &self,
        transaction: &mut Transaction<'static, Any>,
    ) -> Result<i64, IndexError> {
        let derived = schema::TABLES.iter().map(|table| table.name);
        for table in derived.chain(["events", "subjects", "touches"]) {
            let sql = format!("DELETE FROM {table}");
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(&mut **transaction)
                .await?;
        }
        self.replay(transaction).await
    }

    /// Derives every table from the whole log.
    async fn replay(&self, transaction: &mut Transaction<'static, Any>) -> Result<i64, IndexError> {
        let mut entries = 0;
        let (mut slot, mut place) = (-1i64, -1i64);
        loop {
            let rows = sqlx::query(
                "SELECT slot, place, raw FROM transactions WHERE slot > $1 OR (slot = $1 AND place > $2) \
                 ORDER BY slot, place LIMIT $3",
            )
            .bind(slot)
            .bind(place)
            .bind(REPLAY)
            .fetch_all(&mut **transaction)
            .await?;
            let Some(last) = rows.last() else {
                return Ok(entries);
            };
            (slot, place) = (last.try_get(0)?, last.try_get(1)?);
            let mut records = Vec::with_capacity(rows.len());
            for row in &rows {
                let raw: String = row.try_get(2)?;
                records.push(record::unpack(&raw)?);
            }
            self.derive(transaction, &records, &mut entries).await?;
        }
    }

    /// Signatures of the log above `after` up to `through`, in order.
    ///
    /// Errors: `Store`.
    pub async fn logged(&self, after: u64, through: u64) -> Result<Vec<(u64, String)>, IndexError> {
        sqlx::query(
            "SELECT slot, signature FROM transactions WHERE slot > $1 AND slot <= $2 ORDER BY slot, place",
        )
        .bind(to_column("slot", after)?)
        .bind(to_column("slot", through)?)
        .fetch_all(self.store.pool())
        .await?
        .iter()
        .map(|row| Ok((from_column("slot", row.try_get(0)?)?, row.try_get(1)?)))
        .collect()
    }
}

impl Progress {
    /// Refuses rows that another version derived: two sets of rules must not make one table.
    fn same_version(&self) -> Result<(), IndexError> {
        if self.derived == DERIVED {
            return Ok(());
        }
        Err(IndexError::OtherVersion {
            found: self.derived,
            known: DERIVED,
        })
    }
}

async fn set_progress(
    transaction: &mut Transaction<'static, Any>,
    slot: u64,
    entries: i64,
) -> Result<(), IndexError> {
    sqlx::query("UPDATE progress SET slot = $1, entries = $2 WHERE id = 1")
        .bind(to_column("slot", slot)?)
        .bind(entries)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
