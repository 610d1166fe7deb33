//! An index of an earlier version, opened by this one.

use ion_indexer::{
    DERIVED, Index, IndexError,
    schema::{MIGRATION_SET, MIGRATIONS},
};
use ion_runtime::metrics::Metrics;
use ion_store::Store;
use ion_test_postgres::databases;
use sqlx::Row;

use crate::{
    day::{check, indexed},
    script::day,
    tables::{difference, dump},
};

/// Fingerprint of the rules, without their comments, that [`DERIVED`] stands for.
const RULES: (i64, u64) = (1, 0x4a99_7e33_143b_0db0);

/// Copies the log, and nothing that is derived from it.
async fn copy_log(from: &Store, to: &Store) {
    let rows = sqlx::query(
        "SELECT slot, place, signature, block_time, entry, raw FROM transactions ORDER BY slot, place",
    )
    .fetch_all(from.pool())
    .await
    .unwrap();
    let mut transaction = to.begin().await.unwrap();
    for row in rows {
        sqlx::query(
            "INSERT INTO transactions (slot, place, signature, block_time, entry, raw) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(row.get::<i64, _>(0))
        .bind(row.get::<i64, _>(1))
        .bind(row.get::<String, _>(2))
        .bind(row.get::<i64, _>(3))
        .bind(row.get::<i64, _>(4))
        .bind(row.get::<String, _>(5))
        .execute(&mut *transaction)
        .await
        .unwrap();
    }
    let row = sqlx::query("SELECT slot, entries FROM progress")
        .fetch_one(from.pool())
        .await
        .unwrap();
    sqlx::query("INSERT INTO progress (id, slot, entries) VALUES (1, $1, $2)")
        .bind(row.get::<i64, _>(0))
        .bind(row.get::<i64, _>(1))
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

async fn run(store: &Store, sql: &'static str) {
    sqlx::query(sql).execute(store.pool()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn index_of_the_first_version_is_derived_anew_from_its_own_log() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (mut olds, mut news) = (databases().await, databases().await);
    while let (Some(old), Some(new)) = (olds.pop(), news.pop()) {
        let fresh = Index::open(new.store.clone()).await.unwrap();
        let node = indexed(&fresh, day).await;

        let store = &old.store;
        store
            .migrate(MIGRATION_SET, &MIGRATIONS[..1])
            .await
            .unwrap();
        copy_log(&new.store, store).await;
        // rows as other rules made them, and the alarm that they would raise
        run(
            store,
            "INSERT INTO epochs (day, paid_io, ordinal, changed, changed_slot) VALUES (3, 9, 1, 1, 1)",
        )
        .await;
        run(
            store,
            "INSERT INTO alarms (kind, subject, is_open, detail, ordinal, changed, changed_slot) \
             VALUES ('epoch', '3', 1, 'paid_io', 1, 1, 1)",
        )
        .await;

        let index = Index::open(store.clone()).await.unwrap();
        assert_eq!(index.cursor().await.unwrap(), fresh.cursor().await.unwrap());
        let (left, right) = (dump(&fresh).await, dump(&index).await);
        assert_eq!(difference(&left, &right), None);
        check(&index, node, &Metrics::default()).await;

        // once: what is of this version stays as it is
        let checked = dump(&index).await;
        let index = Index::open(store.clone()).await.unwrap();
        assert_eq!(difference(&checked, &dump(&index).await), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn process_of_another_version_writes_no_rows_among_those_of_this_one() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    for database in databases().await {
        let index = Index::open(database.store.clone()).await.unwrap();
        run(&database.store, "UPDATE progress SET derived = 99").await;
        let first = &day.records[..1];
        let through = first[0].slot;
        for refused in [
            index.apply(first, through).await.map(|_| ()),
            index.rewind(0).await,
        ] {
            let Err(IndexError::OtherVersion { found, known }) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!((found, known), (99, DERIVED));
        }
        assert_eq!(index.cursor().await.unwrap(), 0);
        let index = Index::open(database.store.clone()).await.unwrap();
        let applied = index.apply(first, through).await.unwrap();
        assert_eq!(applied.transactions, 1);
    }
}

#[test]
fn changed_rules_have_a_version_of_their_own() {
    let rules = include_str!("../../src/project/rules.txt");
    let lines = rules.lines().filter(|line| !line.starts_with('#'));
    let fingerprint = lines
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
    assert_eq!(
        (DERIVED, fingerprint),
        RULES,
        "other rules make other rows: DERIVED grows by one, and this pair is noted here"
    );
}
