//! Killed, restarted and lied to: the tables come out the same to the byte.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
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
/// File that grows by a byte with each of its steps.
const CHILD_STEPS: &str = "ION_INDEXER_CHILD_STEPS";
/// Time after which a process that does nothing is a fault.
const PATIENCE: Duration = Duration::from_secs(120);
/// Times that the process is killed.
const KILLS: u64 = 50;
/// Lies of a node per life of the process.
const LIES: u32 = 12;
/// Slots of a sweep: the whole day.
const ALL: u64 = 1_000_000;

/// The life of an indexer at a bad node: follows, compares its log with the lists, until both are
/// done.
async fn live(index: Index, node: Arc<Node>, batch: usize) {
    live_telling(index, node, batch, || {}).await;
}

/// As [`live`]; each step is told.
async fn live_telling(index: Index, node: Arc<Node>, batch: usize, mut tell: impl FnMut()) {
    let mut feed = Feed::new(index, node.clone(), batch);
    loop {
        let step = feed.step().await;
        tell();
        let Ok(step) = step else {
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
    let mut steps = std::fs::File::create(std::env::var(CHILD_STEPS).unwrap()).unwrap();
    let day = Day::load(Path::new(&day));
    let index = Index::open(Store::open(&store).await.unwrap())
        .await
        .unwrap();
    let node = Arc::new(Node::bad(&day, seed, LIES));
    live_telling(index, node, 3, || steps.write_all(b".").unwrap()).await;
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

fn steps_of(day: &Path, seed: u64) -> PathBuf {
    day.with_extension(format!("steps-{seed}"))
}

fn spawn(day: &Path, url: &str, seed: u64) -> std::process::Child {
    std::fs::File::create(steps_of(day, seed)).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "interruption::child_of_killed_fifty_times",
            "--quiet",
        ])
        .env(CHILD_DAY, day)
        .env(CHILD_STORE, url)
        .env(CHILD_SEED, seed.to_string())
        .env(CHILD_STEPS, steps_of(day, seed))
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
            // Its life is counted in its own steps, whatever the machine makes of them.
            let life = random.gen_range(1..20);
            let since = Instant::now();
            let made = || std::fs::metadata(steps_of(&path, seed)).map_or(0, |file| file.len());
            while made() < life && child.try_wait().unwrap().is_none() {
                assert!(since.elapsed() < PATIENCE, "nothing happens");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
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
