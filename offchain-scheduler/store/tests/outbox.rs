//! The outbox on SQLite and on PostgreSQL.

use ion_store::{
    Engine, Migration, Store, StoreError,
    outbox::{AfterRefusal, Claim, Input, Key, OutboxStore, SqlOutbox, State},
};
use ion_test_postgres::{Database, databases};

async fn outboxes() -> Vec<(SqlOutbox, Database)> {
    let mut all = Vec::new();
    for database in databases().await {
        all.push((
            SqlOutbox::open(database.store.clone()).await.unwrap(),
            database,
        ));
    }
    all
}

/// A lease of one millisecond at a time.
fn claim(now_ms: i64) -> Claim {
    claim_of("one", now_ms)
}

fn claim_of(owner: &str, now_ms: i64) -> Claim {
    Claim {
        owner: owner.into(),
        now_ms,
        until_ms: now_ms.saturating_add(1),
    }
}

fn sign(signature: &str) -> Input {
    Input::Sign {
        signature: signature.into(),
        last_valid_height: u64::from(u32::MAX) + 1,
        transaction: vec![7, 8],
    }
}

#[tokio::test]
async fn enqueue_twice_keeps_the_first_row() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 3);
        let first = outbox.enqueue(&key, "work", 100).await.unwrap();
        assert_eq!(
            (first.state, first.version, first.created_ms),
            (State::Ready, 0, 100)
        );
        let signed = outbox
            .advance(&first, sign("a"), 110)
            .await
            .unwrap()
            .unwrap();
        let again = outbox.enqueue(&key, "other work", 200).await.unwrap();
        assert_eq!(again, signed);
        assert_eq!(again.work, "work");
        assert_eq!(
            outbox.row(&Key::new("start", "booking", 4)).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn signing_stores_signature_and_row_together() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 0);
        let row = outbox.enqueue(&key, "work", 100).await.unwrap();
        let signed = outbox.advance(&row, sign("a"), 110).await.unwrap().unwrap();
        assert_eq!(outbox.row(&key).await.unwrap().unwrap(), signed);
        assert_eq!(signed.last_valid_height, Some(4_294_967_296));
        assert_eq!(signed.transaction.as_deref(), Some(&[7, 8][..]));
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a"]);
        let in_flight = outbox.in_flight(&claim(0), 10).await.unwrap();
        assert_eq!(in_flight, std::slice::from_ref(&signed));
        assert_eq!(outbox.due(&claim(i64::MAX), 10).await.unwrap(), []);

        let expired = outbox
            .advance(&signed, Input::Expire, 120)
            .await
            .unwrap()
            .unwrap();
        let resigned = outbox
            .advance(&expired, sign("b"), 130)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(resigned.attempts, 2);
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a", "b"]);
    }
}

#[tokio::test]
async fn step_on_a_changed_row_writes_nothing() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 0);
        let row = outbox.enqueue(&key, "work", 100).await.unwrap();
        let signed = outbox.advance(&row, sign("a"), 110).await.unwrap().unwrap();
        assert_eq!(outbox.advance(&row, sign("b"), 110).await.unwrap(), None);
        assert_eq!(outbox.row(&key).await.unwrap().unwrap(), signed);
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a"]);
        let error = outbox.advance(&signed, sign("c"), 110).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::WrongState {
                    input: "sign",
                    state: "signed"
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test]
async fn signature_of_another_row_rolls_the_whole_step_back() {
    for (outbox, _database) in outboxes().await {
        let one = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 100)
            .await
            .unwrap();
        let two = outbox
            .enqueue(&Key::new("b", "s", 0), "work", 100)
            .await
            .unwrap();
        outbox
            .advance(&one, sign("same"), 110)
            .await
            .unwrap()
            .unwrap();
        let error = outbox.advance(&two, sign("same"), 110).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::SignatureTaken(signature) if signature == "same"),
            "{error}"
        );
        assert!(error.is_retryable());
        assert_eq!(outbox.row(&two.key).await.unwrap().unwrap(), two);
    }
}

#[tokio::test]
async fn due_rows_come_in_order_of_creation_and_after_their_wait() {
    for (outbox, _database) in outboxes().await {
        let late = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 300)
            .await
            .unwrap();
        let early = outbox
            .enqueue(&Key::new("z", "s", 0), "work", 200)
            .await
            .unwrap();
        let refusal = Input::Refuse {
            code: Some(6_001),
            error: "no".into(),
            then: AfterRefusal::RetryAt(900),
        };
        let waiting = outbox
            .enqueue(&Key::new("m", "s", 0), "work", 100)
            .await
            .unwrap();
        let waiting = outbox
            .advance(&waiting, refusal, 100)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (waiting.code, waiting.error.as_deref()),
            (Some(6_001), Some("no"))
        );
        assert_eq!(
            outbox.due(&claim(899), 10).await.unwrap(),
            [early.clone(), late.clone()]
        );
        let first = outbox.due(&claim(899), 1).await.unwrap();
        assert_eq!(first, std::slice::from_ref(&early));
        assert_eq!(
            outbox.due(&claim(900), 10).await.unwrap(),
            [waiting, early, late]
        );
    }
}

#[tokio::test]
async fn summary_counts_states_and_the_oldest_open_row() {
    for (outbox, _database) in outboxes().await {
        assert_eq!(outbox.summary(50).await.unwrap().oldest_open_ms, 0);
        let done = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 10)
            .await
            .unwrap();
        outbox
            .advance(
                &done,
                Input::Finalize {
                    signature: "x".into(),
                },
                20,
            )
            .await
            .unwrap()
            .unwrap();
        outbox
            .enqueue(&Key::new("b", "s", 0), "work", 30)
            .await
            .unwrap();
        let summary = outbox.summary(50).await.unwrap();
        assert_eq!(summary.oldest_open_ms, 20);
        let open: Vec<_> = summary
            .by_state
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect();
        assert_eq!(open, [(State::Ready, 1), (State::Finalized, 1)]);
    }
}

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

#[tokio::test]
async fn rows_of_a_replica_are_free_once_its_lease_is_over() {
    for (outbox, _database) in outboxes().await {
        let mut keys = Vec::new();
        for n in 0..5u64 {
            let key = Key::new("a", n, 0);
            outbox.enqueue(&key, "work", 100).await.unwrap();
            keys.push(key);
        }
        let of = |rows: Vec<ion_store::outbox::OutboxRow>| -> Vec<Key> {
            rows.into_iter().map(|row| row.key).collect()
        };
        let one = of(outbox.due(&claim_of("one", 200), 2).await.unwrap());
        assert_eq!(one, keys[..2]);
        let two = of(outbox.due(&claim_of("two", 200), 10).await.unwrap());
        assert_eq!(two, keys[2..]);
        // Its own again, the other's not before the lease is over.
        assert_eq!(
            of(outbox.due(&claim_of("one", 200), 10).await.unwrap()),
            one
        );
        assert_eq!(
            of(outbox.due(&claim_of("two", 201), 10).await.unwrap()),
            keys
        );
        let row = outbox.row(&keys[0]).await.unwrap().unwrap();
        outbox.advance(&row, sign("a"), 210).await.unwrap().unwrap();
        assert_eq!(
            outbox.in_flight(&claim_of("one", 201), 10).await.unwrap(),
            []
        );
        assert_eq!(
            of(outbox.in_flight(&claim_of("one", 202), 10).await.unwrap()),
            keys[..1]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_take_at_the_same_time_never_take_the_same_row() {
    for (outbox, _database) in outboxes().await {
        for n in 0..60u64 {
            outbox
                .enqueue(&Key::new("a", n, 0), "work", 100)
                .await
                .unwrap();
        }
        let replicas: Vec<_> = (0..4)
            .map(|replica| {
                let outbox = outbox.clone();
                tokio::spawn(async move {
                    let claim = Claim {
                        owner: format!("r{replica}"),
                        now_ms: 200,
                        until_ms: 10_000,
                    };
                    outbox.due(&claim, 15).await.unwrap()
                })
            })
            .collect();
        let mut taken = Vec::new();
        for replica in replicas {
            taken.extend(replica.await.unwrap().into_iter().map(|row| row.key));
        }
        let unique: std::collections::BTreeSet<&Key> = taken.iter().collect();
        assert_eq!(unique.len(), taken.len());
        assert!(taken.len() >= 15);
    }
}

#[tokio::test]
async fn lease_goes_over_when_its_holder_is_silent() {
    for database in databases().await {
        let lease = async |owner: &str| {
            ion_store::Lease::open(database.store.clone(), "round", owner, 1_000)
                .await
                .unwrap()
        };
        let (one, two) = (lease("one").await, lease("two").await);
        assert!(one.take(5_000).await.unwrap());
        assert!(!two.take(5_999).await.unwrap());
        assert!(one.take(5_999).await.unwrap(), "prolonged");
        assert!(!two.take(6_998).await.unwrap());
        assert!(two.take(6_999).await.unwrap());
        assert!(!one.take(7_000).await.unwrap());
        two.give_back().await.unwrap();
        assert!(one.take(7_001).await.unwrap());
    }
}
