//! Connections of the read API: apart from those that write, unable to write, and unable to run a
//! statement for longer than they may.

use std::{num::NonZero, sync::Arc, thread, time::Duration};

use ion_store::{Engine, Store};
use sqlx::{
    AnyPool, AssertSqlSafe, ColumnIndex, Decode, Executor, Row, Type, any::AnyPoolOptions,
    sqlite::SqliteConnectOptions,
};

use super::{ApiError, slots::Slots};
use crate::project::Field;

/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;
/// Least and most connections to a SQLite file: one per core, since a statement never waits for the
/// network and more of them only take turns.
const SQLITE_CONNECTIONS: (u32, u32) = (2, 16);
/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// What a reading connection to PostgreSQL is told.
const POSTGRES_SETTINGS: &str = "SET default_transaction_read_only = on";
/// How the engines call a statement that ran for too long: `SQLITE_INTERRUPT` and `query_canceled`.
const INTERRUPTED: [&str; 2] = ["9", "57014"];

/// A statement with its values, for whichever engine runs it.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for value in $values {
            query = match value {
                Field::Number(number) => query.bind(number),
                Field::Text(text) => query.bind(text),
            };
        }
        query
    }};
}

/// A pool on the database of a store; it connects when it is asked.
#[derive(Clone, Debug)]
pub(super) struct Readers {
    pool: Pool,
    limit: Duration,
}

#[derive(Clone, Debug)]
enum Pool {
    /// Of the engine's own connections: only those can be interrupted.
    Sqlite(Arc<Slots>),
    Postgres(AnyPool),
    /// The address of the store cannot be read again.
    Absent,
}

/// A row of either engine.
pub(super) trait Cells {
    fn number(&self, at: usize) -> Result<i64, sqlx::Error>;
    fn number_or_null(&self, at: usize) -> Result<Option<i64>, sqlx::Error>;
    fn text(&self, at: usize) -> Result<String, sqlx::Error>;
    fn text_or_null(&self, at: usize) -> Result<Option<String>, sqlx::Error>;
}

impl<R> Cells for R
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    String: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    fn number(&self, at: usize) -> Result<i64, sqlx::Error> {
        self.try_get(at)
    }

    fn number_or_null(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(at)
    }

    fn text(&self, at: usize) -> Result<String, sqlx::Error> {
        self.try_get(at)
    }

    fn text_or_null(&self, at: usize) -> Result<Option<String>, sqlx::Error> {
        self.try_get(at)
    }
}

impl Readers {
    /// Readers whose statements end after `limit`, on as many connections as suit the engine.
    pub(super) fn new(store: &Store, limit: Duration) -> Self {
        let connections = match store.engine() {
            Engine::Postgres => POSTGRES_CONNECTIONS,
            Engine::Sqlite => {
                let cores = thread::available_parallelism().map_or(1, NonZero::get);
                let (least, most) = SQLITE_CONNECTIONS;
                u32::try_from(cores).unwrap_or(most).clamp(least, most)
            }
        };
        Self::on(store, limit, connections)
    }

    /// As [`Readers::new`], on this many connections.
    pub(super) fn on(store: &Store, limit: Duration, connections: u32) -> Self {
        let options = store.pool().connect_options();
        let pool = match store.engine() {
            Engine::Postgres => Pool::Postgres(
                AnyPoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(ACQUIRE_TIMEOUT)
                    .after_connect(move |connection, _| {
                        // 0 would mean no limit
                        let limit = limit.as_millis().max(1);
                        Box::pin(async move {
                            connection.execute(POSTGRES_SETTINGS).await?;
                            let limited = format!("SET statement_timeout = {limit}");
                            connection.execute(AssertSqlSafe(limited)).await?;
                            Ok(())
                        })
                    })
                    .connect_lazy_with(options.as_ref().clone()),
            ),
            Engine::Sqlite => SqliteConnectOptions::try_from(options.as_ref())
                .map_or(Pool::Absent, |options| {
                    Pool::Sqlite(Arc::new(Slots::new(options, connections)))
                }),
        };
        Self { pool, limit }
    }

    /// The only row of a statement, as `read` makes it.
    ///
    /// Errors: `TooSlow`, `Database`.
    pub(super) async fn one<T>(
        &self,
        sql: String,
        values: Vec<Field>,
        read: impl Fn(&dyn Cells) -> Result<T, sqlx::Error>,
    ) -> Result<T, ApiError> {
        let rows = self.all(sql, values, read).await?;
        rows.into_iter()
            .next()
            .ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// The rows of a statement, as `read` makes them.
    ///
    /// Errors: `TooSlow`, `Database`.
    pub(super) async fn all<T>(
        &self,
        sql: String,
        values: Vec<Field>,
        read: impl Fn(&dyn Cells) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, ApiError> {
        let found = match &self.pool {
            Pool::Absent => Err(sqlx::Error::PoolClosed),
            Pool::Postgres(pool) => bound!(sql, values)
                .fetch_all(pool)
                .await
                .and_then(|rows| rows.iter().map(|row| read(row)).collect()),
            Pool::Sqlite(slots) => slots
                .rows(bound!(sql, values), self.limit)
                .await
                .and_then(|rows| rows.iter().map(|row| read(row)).collect()),
        };
        found.map_err(|error| match &error {
            sqlx::Error::Database(refused)
                if refused
                    .code()
                    .is_some_and(|code| INTERRUPTED.contains(&code.as_ref())) =>
            {
                ApiError::slow(self.limit)
            }
            _ => error.into(),
        })
    }
}
