//! Connections of the read API: apart from those that write, and unable to write.

use std::{num::NonZero, thread, time::Duration};

use ion_store::{Engine, Store};
use sqlx::{AnyPool, Executor, any::AnyPoolOptions};

/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;
/// Least and most connections to a SQLite file: one per core, since a statement never waits for the
/// network and more of them only take turns.
const SQLITE_CONNECTIONS: (u32, u32) = (2, 16);
/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// What a reading connection to SQLite is told: no writes, and pages straight from the system's cache,
/// without copies and without the lock that the page caches of all connections share.
const SQLITE_SETTINGS: [&str; 3] = [
    "PRAGMA busy_timeout = 10000",
    "PRAGMA query_only = ON",
    "PRAGMA mmap_size = 2147418112",
];
/// What a reading connection to PostgreSQL is told.
const POSTGRES_SETTINGS: [&str; 1] = ["SET default_transaction_read_only = on"];

/// A pool on the database of a store; it connects when it is asked.
pub(super) fn pool(store: &Store) -> AnyPool {
    let engine = store.engine();
    let connections = match engine {
        Engine::Postgres => POSTGRES_CONNECTIONS,
        Engine::Sqlite => {
            let cores = thread::available_parallelism().map_or(1, NonZero::get);
            let (least, most) = SQLITE_CONNECTIONS;
            u32::try_from(cores).unwrap_or(most).clamp(least, most)
        }
    };
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                let settings: &[&'static str] = match engine {
                    Engine::Sqlite => &SQLITE_SETTINGS,
                    Engine::Postgres => &POSTGRES_SETTINGS,
                };
                for setting in settings {
                    connection.execute(*setting).await?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(store.pool().connect_options().as_ref().clone())
}
