//! Killed, restarted and lied to: the tables come out the same to the byte.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use ion_indexer::{Index, run::Feed};
use ion_runtime::metrics::Metrics;
use ion_store::Store;
use ion_test_postgres::databases;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    day::{check, indexed},
    recorded::{Day, Node},
    script::day,
    tables::{difference, dump},
};

/// Where the process to be killed finds its day and its database; names it as such.
const CHILD_DAY: &str = "ION_INDEXER_CHILD_DAY";
const CHILD_STORE: &str = "ION_INDEXER_CHILD_STORE";
const CHILD_SEED: &str = "ION_INDEXER_CHILD_SEED";
/// Times that the process is killed.
const KILLS: u64 = 50;
/// Lies of a node per life of the process.
const LIES: u32 = 12;
/// Slots of a sweep: the whole day.
const ALL: u64 = 1_000_000;

/// The life of an indexer at a bad node: follows, compares its log with the lists, until both are
/// done.
async fn live(index: Index, node: Arc<Node>, batch: usize) {
    let mut feed = Feed::new(index, node.clone(), batch);
    loop {
        let Ok(step) = feed.step().await else {
            continue;
        };
        if step.cursor < node.end() {
            continue;
        }
        if matches!(feed.sweep(ALL).await, Ok(true)) {
            return;
        }
    }
}

/// Not a test of its own: the process that `killed_fifty_times` kills.
#[tokio::test]
async fn child_of_killed_fifty_times() {
    let (Ok(day), Ok(store)) = (std::env::var(CHILD_DAY), std::env::var(CHILD_STORE)) else {
        return;
    };
    let seed = std::env::var(CHILD_SEED).unwrap().parse().unwrap();
    let day = Day::load(Path::new(&day));
    let index = Index::open(Store::open(&store).await.unwrap())
        .await
        .unwrap();
    live(index, Arc::new(Node::bad(&day, seed, LIES)), 3).await;
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(day: &Day) -> (Self, PathBuf) {
        let folder = Self(tempfile::tempdir().unwrap());
        let path = folder.0.path().join("day");
        day.save(&path);
        (folder, path)
    }
}

fn spawn(day: &Path, url: &str, seed: u64) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "interruption::child_of_killed_fifty_times",
            "--quiet",
        ])
        .env(CHILD_DAY, day)
        .env(CHILD_STORE, url)
        .env(CHILD_SEED, seed.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_and_lied_to_leaves_the_tables_of_an_undisturbed_run() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (_folder, path) = Folder::with(day);
    let (mut databases, mut quiet) = (databases().await, databases().await);
    while let (Some(database), Some(reference)) = (databases.pop(), quiet.pop()) {
        let undisturbed = Index::open(reference.store.clone()).await.unwrap();
        let node = indexed(&undisturbed, day).await;
        check(&undisturbed, node.clone(), &Metrics::default()).await;

        let mut random = StdRng::seed_from_u64(11);
        let mut killed = 0;
        for seed in 0..KILLS {
            let mut child = spawn(&path, &database.url, seed);
            let life = Duration::from_millis(random.gen_range(15..160));
            tokio::time::sleep(life).await;
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                killed += 1;
            }
            child.wait().unwrap();
        }
        // the last life comes to its end
        let done = spawn(&path, &database.url, KILLS).wait().unwrap();
        assert!(done.success());
        assert!(killed > KILLS / 4, "only {killed} were still at work");

        let index = Index::open(database.store.clone()).await.unwrap();
        check(&index, node, &Metrics::default()).await;
        let (left, right) = (dump(&undisturbed).await, dump(&index).await);
        assert_eq!(difference(&left, &right), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_between_any_two_statements_leaves_the_tables_of_an_undisturbed_run() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    for database in databases().await {
        let reference = databases_of(&database.url).await;
        let undisturbed = Index::open(reference.store.clone()).await.unwrap();
        indexed(&undisturbed, day).await;

        let mut random = StdRng::seed_from_u64(5);
        for seed in 0..60 {
            let index = Index::open(database.store.clone()).await.unwrap();
            let node = Arc::new(Node::bad(day, 1_000 + seed, LIES));
            let batch = random.gen_range(1..9);
            let life = Duration::from_millis(random.gen_range(1..60));
            let _ = tokio::time::timeout(life, live(index, node, batch)).await;
        }
        let index = Index::open(database.store.clone()).await.unwrap();
        live(index.clone(), Arc::new(Node::bad(day, 7, LIES)), 5).await;
        let (left, right) = (dump(&undisturbed).await, dump(&index).await);
        assert_eq!(difference(&left, &right), None);
    }
}

/// Another empty database of the same engine.
async fn databases_of(url: &str) -> ion_test_postgres::Database {
    databases()
        .await
        .into_iter()
        .find(|one| one.url.split(':').next() == url.split(':').next())
        .unwrap()
}
