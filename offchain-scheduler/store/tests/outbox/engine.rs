//! Engines and their migrations.

use super::*;

#[tokio::test]
async fn migrations_run_once_and_never_change() {
    const ONE: Migration = Migration {
        version: 1,
        sql: "CREATE TABLE things (id BIGINT PRIMARY KEY); INSERT INTO things VALUES (1);",
    };
    const TWO: Migration = Migration {
        version: 2,
        sql: "INSERT INTO things VALUES (2)",
    };
    for database in databases().await {
        let store = &database.store;
        store.migrate("things", &[ONE]).await.unwrap();
        store.migrate("things", &[ONE]).await.unwrap();
        store.migrate("things", &[ONE, TWO]).await.unwrap();
        let ids: Vec<(i64,)> = sqlx::query_as("SELECT id FROM things ORDER BY id")
            .fetch_all(store.pool())
            .await
            .unwrap();
        assert_eq!(ids, [(1,), (2,)]);

        let changed = Migration {
            version: 2,
            sql: "INSERT INTO things VALUES (3)",
        };
        let error = store.migrate("things", &[ONE, changed]).await.unwrap_err();
        assert!(
            matches!(error, StoreError::MigrationChanged { version: 2, .. }),
            "{error}"
        );
        let error = store.migrate("things", &[ONE]).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::MigrationUnknown {
                    version: 2,
                    known: 1,
                    ..
                }
            ),
            "{error}"
        );
        let error = store.migrate("other", &[TWO]).await.unwrap_err();
        assert!(matches!(error, StoreError::MigrationNumbers(_)), "{error}");
    }
}

#[tokio::test]
async fn failed_migration_leaves_nothing() {
    const BROKEN: Migration = Migration {
        version: 1,
        sql: "CREATE TABLE half (id BIGINT); INSERT INTO nowhere VALUES (1);",
    };
    const FIXED: Migration = Migration {
        version: 1,
        sql: "CREATE TABLE half (id BIGINT)",
    };
    for database in databases().await {
        assert!(matches!(
            database.store.migrate("half", &[BROKEN]).await,
            Err(StoreError::Database(_))
        ));
        database.store.migrate("half", &[FIXED]).await.unwrap();
    }
}

#[tokio::test]
async fn sqlite_runs_with_log_foreign_keys_and_patience() {
    let database = &databases().await[0];
    assert_eq!(database.store.engine(), Engine::Sqlite);
    let mode: (String,) = sqlx::query_as("PRAGMA journal_mode")
        .fetch_one(database.store.pool())
        .await
        .unwrap();
    assert_eq!(mode.0, "wal");
    let keys: (i64,) = sqlx::query_as("PRAGMA foreign_keys")
        .fetch_one(database.store.pool())
        .await
        .unwrap();
    assert_eq!(keys.0, 1);
    let busy: (i64,) = sqlx::query_as("PRAGMA busy_timeout")
        .fetch_one(database.store.pool())
        .await
        .unwrap();
    assert_eq!(busy.0, 10_000);
}

#[tokio::test]
async fn unknown_engine_is_refused_without_its_secret() {
    let error = Store::open("mysql://user:secret@host/db")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("got mysql"), "{error}");
}
