//! Answers while the tables are written: each is wholly of the slot that it names.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ion_indexer::Index;
use ion_test_postgres::databases;
use serde_json::Value;

use crate::{api::serve, recorded::Day, script::day};

/// Transactions that are written together; whole slots.
const BATCH: usize = 60;
/// Readers at a time.
const READERS: usize = 4;
/// How long readers may need for an answer.
const DEADLINE: Duration = Duration::from_secs(60);
const PATHS: [&str; 10] = [
    "/v1/devices?limit=1000",
    "/v1/devices?limit=3&class=5&status=up",
    "/v1/events?limit=250",
    "/v1/events?limit=100&program=staking",
    "/v1/bookings?limit=1000",
    "/v1/positions?limit=1000",
    "/v1/epochs?limit=1000",
    "/v1/estimates",
    "/v1/totals",
    "/v1/status",
];

async fn get(client: &reqwest::Client, url: &str, path: &str) -> (u64, String) {
    let text = client
        .get(format!("{url}{path}"))
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap()
        .text()
        .await
        .unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    (answer["slot"].as_u64().unwrap(), text)
}

/// Answers by path and slot of an index that is asked between two writes only.
async fn quiet_answers(index: &Index, day: &Day) -> BTreeMap<(&'static str, u64), String> {
    let client = reqwest::Client::new();
    let mut answers = BTreeMap::new();
    for batch in std::iter::once(&[][..]).chain(day.records.chunks(BATCH)) {
        if let Some(last) = batch.last() {
            index.apply(batch, last.slot).await.unwrap();
        }
        // a new server: nothing of an older slot is remembered
        let (url, _trigger) = serve(index.clone()).await;
        for path in PATHS {
            let (slot, text) = get(&client, &url, path).await;
            assert_eq!(slot, index.cursor().await.unwrap(), "{path}");
            answers.insert((path, slot), text);
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_between_writes_are_wholly_of_the_slot_they_name() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (mut quiet, mut busy) = (databases().await, databases().await);
    while let (Some(reference), Some(database)) = (quiet.pop(), busy.pop()) {
        let index = Index::open(reference.store.clone()).await.unwrap();
        let answers = Arc::new(quiet_answers(&index, day).await);

        let index = Index::open(database.store.clone()).await.unwrap();
        let (url, _trigger) = serve(index.clone()).await;
        let (is_done, given) = (
            Arc::new(AtomicBool::default()),
            Arc::new(AtomicU64::default()),
        );
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (url, answers) = (url.clone(), answers.clone());
                let (is_done, given) = (is_done.clone(), given.clone());
                tokio::spawn(async move {
                    let client = reqwest::Client::new();
                    let mut at = reader;
                    while !is_done.load(Ordering::SeqCst) {
                        let path = PATHS[at % PATHS.len()];
                        at += 1;
                        let (slot, text) = get(&client, &url, path).await;
                        let wanted = answers.get(&(path, slot));
                        assert_eq!(wanted, Some(&text), "{path} at slot {slot}");
                        given.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        for batch in day.records.chunks(BATCH) {
            let before = given.load(Ordering::SeqCst);
            index
                .apply(batch, batch.last().unwrap().slot)
                .await
                .unwrap();
            let since = Instant::now();
            while given.load(Ordering::SeqCst) < before + READERS as u64 {
                assert!(since.elapsed() < DEADLINE, "no answers");
                assert!(!readers.iter().any(|reader| reader.is_finished()));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        is_done.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
    }
}
