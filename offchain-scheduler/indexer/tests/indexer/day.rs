//! A day without disturbance: the tables equal the accounts, and every figure is recomputed.

use std::sync::Arc;

use ion_indexer::{
    Index,
    check::Checker,
    run::{Feed, FeedError},
};
use ion_runtime::metrics::Metrics;
use ion_test_postgres::databases;
use sqlx::Row;

use crate::{
    recorded::{Day, Node},
    script::day,
    tables::dump,
};

/// Follows a node to the end of its day.
pub async fn follow(index: &Index, node: Arc<Node>, batch: usize) -> Result<(), FeedError> {
    let mut feed = Feed::new(index.clone(), node, batch);
    loop {
        let step = feed.step().await?;
        if step.cursor >= step.finalized && step.applied.transactions == 0 {
            return Ok(());
        }
    }
}

/// Recomputes everything that is due.
pub async fn check(index: &Index, node: Arc<Node>, metrics: &Metrics) {
    let (_folder, shelf) = node.day().archive.shelf();
    let checker = Checker::new(index.clone(), node, Some(shelf), metrics.clone());
    let round = checker.round().await.unwrap();
    let alarms: Vec<String> = sqlx::query("SELECT kind, subject, detail FROM alarms")
        .fetch_all(index.store().pool())
        .await
        .unwrap()
        .iter()
        .map(|row| {
            let [kind, subject, detail]: [String; 3] = [0, 1, 2].map(|at| row.get(at));
            format!("{kind} {subject}: {detail}")
        })
        .collect();
    assert_eq!(alarms, Vec::<String>::new());
    assert_eq!((round.unequal, round.waiting), (0, 0));
    assert!(round.equal > 10, "{round:?}");
}

async fn number(index: &Index, sql: &'static str) -> i64 {
    sqlx::query(sql)
        .fetch_one(index.store().pool())
        .await
        .unwrap()
        .get(0)
}

/// The day of a network, indexed at once.
pub async fn indexed(index: &Index, day: &Day) -> Arc<Node> {
    let node = Arc::new(Node::honest(day));
    follow(index, node.clone(), 100_000).await.unwrap();
    node
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_equal_the_accounts_and_figures_are_recomputed_on_both_engines() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let mut dumps = Vec::new();
    for database in databases().await {
        let index = Index::open(database.store.clone()).await.unwrap();
        let node = indexed(&index, day).await;
        let logged = number(&index, "SELECT COUNT(*) FROM transactions").await;
        assert_eq!(logged, node.named() as i64);
        let metrics = Metrics::default();
        check(&index, node.clone(), &metrics).await;
        assert!(metrics.render().contains("indexer_alarms_open 0"));

        let due = number(&index, "SELECT COUNT(*) FROM checks WHERE is_due = 1").await;
        assert_eq!(due, 0);
        for kind in [
            "device",
            "stake",
            "case",
            "booking",
            "block",
            "schedule",
            "tne",
            "epoch",
            "epoch_report",
            "auction",
            "engine",
            "reward_root",
            "payout_root",
        ] {
            let sql = format!(
                "SELECT COUNT(*) FROM checks WHERE kind = '{kind}' AND is_equal = 1 AND outcome = 'equal'"
            );
            let equal: i64 = sqlx::query(sqlx::AssertSqlSafe(sql))
                .fetch_one(index.store().pool())
                .await
                .unwrap()
                .get(0);
            assert!(equal > 0, "nothing of {kind} was recomputed");
        }
        for forgery in day.forgeries() {
            let events = index.store().pool();
            let counted: i64 = sqlx::query("SELECT COUNT(*) FROM events WHERE signature = $1")
                .bind(&forgery)
                .fetch_one(events)
                .await
                .unwrap()
                .get(0);
            assert_eq!(counted, 0);
        }
        assert!(day.forgeries().len() > 10);
        dumps.push(dump(&index).await);

        // a rebuilt index is the same to the byte
        let before = dump(&index).await;
        index.rewind(day.tip()).await.unwrap();
        check(&index, node, &metrics).await;
        assert_eq!(
            crate::tables::difference(&before, &dump(&index).await),
            None
        );
    }
    for pair in dumps.windows(2) {
        assert_eq!(crate::tables::difference(&pair[0], &pair[1]), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_account_and_lost_event_raise_alarms_that_end_when_it_is_right_again() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let mut crooked = day.clone();
    let config = ion_client::addresses::rewards::emission();
    let shard = ion_client::addresses::booking::tne_totals(3);
    for key in [config, shard] {
        let account = crooked.accounts.get_mut(&key).unwrap();
        // a counter of the ledger and of the shard
        let at = account.data.len() / 2;
        account.data[at..at + 8].fill(0x11);
        account.data[60..68].fill(0x22);
    }
    for database in databases().await {
        let index = Index::open(database.store.clone()).await.unwrap();
        let node = Arc::new(Node::honest(&crooked));
        follow(&index, node.clone(), 50).await.unwrap();
        let metrics = Metrics::default();
        let checker = Checker::new(index.clone(), node, None, metrics.clone());
        let round = checker.round().await.unwrap();
        assert_eq!(round.unequal, 2, "{round:?}");
        assert!(metrics.render().contains("indexer_alarms_open 2"));
        let open = number(&index, "SELECT COUNT(*) FROM alarms WHERE is_open = 1").await;
        assert_eq!(open, 2);

        sqlx::query("UPDATE checks SET is_due = 1 WHERE is_equal = 0")
            .execute(index.store().pool())
            .await
            .unwrap();
        let honest = Arc::new(Node::honest(day));
        let checker = Checker::new(index.clone(), honest, None, metrics.clone());
        let round = checker.round().await.unwrap();
        assert_eq!((round.equal, round.unequal), (2, 0));
        assert!(metrics.render().contains("indexer_alarms_open 0"));
        assert_eq!(number(&index, "SELECT COUNT(*) FROM alarms").await, 2);
    }
}
