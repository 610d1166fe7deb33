//! Connections to a SQLite file whose statements end at their time.
//!
//! Mechanism: each connection has a deadline that SQLite's machine looks at while it runs a statement;
//! a connection is lent to one request at a time. Place of use: the readers of the read API.
//! Invariant: a statement ends at its deadline even when nobody waits for it any more, and no deadline
//! of a later statement is set while an earlier one still runs.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection, Executor,
    sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteRow},
};
use tokio::sync::Semaphore;

/// What a reading connection is told: no writes, and pages straight from the system's cache, without
/// copies and without the lock that the page caches of all connections share.
const SETTINGS: [&str; 3] = [
    "PRAGMA busy_timeout = 10000",
    "PRAGMA query_only = ON",
    "PRAGMA mmap_size = 2147418112",
];
/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS: i32 = 2_000;

/// Connections that are made when they are first needed.
#[derive(Debug)]
pub(super) struct Slots {
    options: SqliteConnectOptions,
    free: Mutex<VecDeque<Slot>>,
    permits: Semaphore,
    began: Instant,
}

/// A connection, or the place for one.
#[derive(Debug, Default)]
struct Slot {
    connection: Option<SqliteConnection>,
    /// Nanoseconds since `Slots::began`.
    deadline: Arc<AtomicU64>,
    /// Whether its last statement may still run.
    is_cut_off: bool,
}

/// A slot in use; it goes back when it is dropped.
struct Lent<'a> {
    slots: &'a Slots,
    slot: Slot,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let slot = std::mem::take(&mut self.slot);
        let mut free = self
            .slots
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.push_front(slot);
    }
}

impl Slots {
    /// So many connections to the file of these options.
    pub(super) fn new(options: SqliteConnectOptions, connections: u32) -> Self {
        Self {
            options,
            free: Mutex::new((0..connections).map(|_| Slot::default()).collect()),
            permits: Semaphore::new(connections as usize),
            began: Instant::now(),
        }
    }

    /// All rows of a statement, which ends after `limit`.
    ///
    /// Errors: as the database; the one of an interrupted statement has code 9.
    pub(super) async fn rows<'q>(
        &self,
        query: sqlx::query::Query<'q, Sqlite, <Sqlite as sqlx::Database>::Arguments>,
        limit: Duration,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let slot = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .unwrap_or_default();
        let mut lent = Lent { slots: self, slot };
        let slot = &mut lent.slot;
        let mut connection = match slot.connection.take() {
            Some(connection) => connection,
            None => self.connect(&slot.deadline).await?,
        };
        if slot.is_cut_off {
            // It answers when the statement before has ended.
            connection.ping().await?;
        }
        slot.is_cut_off = true;
        let ends_at = self.began.elapsed().saturating_add(limit);
        slot.deadline.store(nanoseconds(ends_at), Ordering::Relaxed);
        let connection = slot.connection.insert(connection);
        let rows = query.fetch_all(&mut *connection).await;
        slot.is_cut_off = false;
        if matches!(&rows, Err(error) if error.as_database_error().is_none()) {
            slot.connection = None;
        }
        rows
    }

    async fn connect(&self, deadline: &Arc<AtomicU64>) -> Result<SqliteConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        for setting in SETTINGS {
            connection.execute(setting).await?;
        }
        let (began, deadline) = (self.began, deadline.clone());
        connection
            .lock_handle()
            .await?
            .set_progress_handler(STEPS, move || {
                nanoseconds(began.elapsed()) < deadline.load(Ordering::Relaxed)
            });
        Ok(connection)
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
