//! Opening a database and bringing its schema up to date.

use std::{sync::Once, time::Duration};

use sha2::{Digest, Sha256};
use sqlx::{Any, AnyPool, Executor, Row, Transaction, any::AnyPoolOptions};

use crate::StoreError;

/// Connections to PostgreSQL per process.
const POSTGRES_CONNECTIONS: u32 = 8;
/// Connections to a SQLite file per process: readers beside one writer.
const SQLITE_CONNECTIONS: u32 = 4;
/// How long a statement waits for another writer.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Key of the lock under which replicas migrate one after the other.
const POSTGRES_MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(4848172401)";

/// Database engine behind a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file on this machine.
    Sqlite,
    /// A server, for more than one replica.
    Postgres,
}

/// One numbered change of a schema. Written so that both engines accept it: `TEXT` and `BIGINT`
/// columns only, statements separated by `;`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Number, from 1 without gaps within a set.
    pub version: i64,
    /// The statements. Never changed once released.
    pub sql: &'static str,
}

/// An open database. Cheap to clone: all clones share one pool.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

impl Store {
    /// Opens a database by URL: `sqlite:<path>` or a plain path (created when missing), or
    /// `postgres://…`.
    ///
    /// SQLite runs with a write-ahead log, foreign keys and a busy timeout. A new database has no
    /// tables: see [`Store::migrate`].
    ///
    /// Errors: `UnknownEngine`, `Database`.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);

        let (engine, url, connections) =
            if url.starts_with("postgres://") || url.starts_with("postgresql://") {
                (Engine::Postgres, url.to_owned(), POSTGRES_CONNECTIONS)
            } else if let Some(path) = sqlite_path(url) {
                (
                    Engine::Sqlite,
                    format!("sqlite://{path}?mode=rwc"),
                    SQLITE_CONNECTIONS,
                )
            } else {
                return Err(StoreError::UnknownEngine(scheme(url)));
            };
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        connection
                            .execute(sqlx::AssertSqlSafe(format!(
                                "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"
                            )))
                            .await?;
                        connection.execute("PRAGMA journal_mode = WAL").await?;
                        connection.execute("PRAGMA synchronous = FULL").await?;
                        connection.execute("PRAGMA foreign_keys = ON").await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await?;
        Ok(Self { pool, engine })
    }

    /// The engine behind this store.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The pool, for queries with `$1`, `$2`, … on tables of the caller's own migrations.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a transaction that writes: on SQLite it takes the write lock at once, so that it never
    /// fails half-way for another writer.
    pub async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(match self.engine {
            Engine::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.pool.begin().await?,
        })
    }

    /// Applies the migrations of a set that the database does not have, in order, each together with
    /// its record. `set` names the owner of the tables, such as `outbox`.
    ///
    /// Errors: `MigrationNumbers`, `MigrationChanged`, `MigrationUnknown`, `Database`.
    pub async fn migrate(&self, set: &str, migrations: &[Migration]) -> Result<(), StoreError> {
        if migrations
            .iter()
            .zip(1..)
            .any(|(migration, number)| migration.version != number)
        {
            return Err(StoreError::MigrationNumbers(set.to_owned()));
        }
        let mut transaction = self.begin().await?;
        if self.engine == Engine::Postgres {
            transaction.execute(POSTGRES_MIGRATION_LOCK).await?;
        }
        transaction
            .execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations (\
                 migration_set TEXT NOT NULL, version BIGINT NOT NULL, checksum TEXT NOT NULL, \
                 PRIMARY KEY (migration_set, version))",
            )
            .await?;
        let applied: Vec<(i64, String)> = sqlx::query(
            "SELECT version, checksum FROM schema_migrations WHERE migration_set = $1 ORDER BY version",
        )
        .bind(set)
        .fetch_all(&mut *transaction)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()?;

        for (version, checksum) in &applied {
            let Some(migration) = migrations
                .iter()
                .find(|migration| migration.version == *version)
            else {
                let known = migrations.last().map_or(0, |migration| migration.version);
                return Err(StoreError::MigrationUnknown {
                    set: set.to_owned(),
                    version: *version,
                    known,
                });
            };
            if checksum != &checksum_of(migration) {
                return Err(StoreError::MigrationChanged {
                    set: set.to_owned(),
                    version: *version,
                });
            }
        }
        for migration in migrations.iter().skip(applied.len()) {
            transaction.execute(sqlx::raw_sql(migration.sql)).await?;
            sqlx::query("INSERT INTO schema_migrations (migration_set, version, checksum) VALUES ($1, $2, $3)")
                .bind(set)
                .bind(migration.version)
                .bind(checksum_of(migration))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Closes all connections; open transactions are rolled back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn checksum_of(migration: &Migration) -> String {
    hex::encode(Sha256::digest(migration.sql))
}

/// Path of a SQLite URL or of a plain file name.
fn sqlite_path(url: &str) -> Option<&str> {
    match url.strip_prefix("sqlite:") {
        Some(rest) => Some(rest.strip_prefix("//").unwrap_or(rest)),
        None if url.contains("://") => None,
        None => Some(url),
    }
    .filter(|path| !path.is_empty())
}

/// The part of a URL that carries no secret.
fn scheme(url: &str) -> String {
    url.split("://").next().unwrap_or_default().to_owned()
}
