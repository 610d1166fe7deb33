//! The submission loop is killed at each labelled point, five times each, over a chain that drops,
//! delays and duplicates; another process goes on.

use std::{
    collections::BTreeMap,
    os::unix::{net::UnixListener, process::ExitStatusExt},
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ion_chain::fake::{FakeChain, StatusFault, SubmitFault};
use ion_store::{
    Store,
    outbox::{OutboxStore, SqlOutbox, State},
};
use ion_test_kill::{points::CALLS, wanted};

/// Wanted effects of a run: above the number of crossings at which processes die.
const ROWS: u8 = 6;
/// Deaths at each point.
const TIMES: u32 = 5;
/// Runs side by side: they wait for the disk most of the time.
const SIDE_BY_SIDE: usize = 6;
/// `SIGABRT`.
const ABORTED: i32 = 6;

struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// A chain that misbehaves by a seed. At the points of dying blockhashes it loses everything at
/// first.
fn faulty_chain(point: &str, seed: u64) -> FakeChain {
    let chain = FakeChain::new();
    let mut random = SplitMix(seed);
    let lost = if point.ends_with("miss") || point.ends_with("expire") {
        80
    } else {
        0
    };
    let mut submissions = vec![SubmitFault::Drop; lost];
    for _ in 0..40 {
        submissions.push(match random.below(6) {
            0 => SubmitFault::Drop,
            1 => SubmitFault::Refuse,
            2 => SubmitFault::RefuseButDeliver,
            3 => SubmitFault::Delay(random.below(200)),
            4 => SubmitFault::Duplicate(random.below(100)),
            _ => SubmitFault::Deliver,
        });
    }
    chain.plan_submissions(submissions);
    // A node may deny once, not twice in a row: that is what `absence_checks` is set for.
    let mut statuses = Vec::new();
    for _ in 0..60 {
        match random.below(8) {
            0 => statuses.push(StatusFault::Unreachable),
            1 => statuses.extend([
                StatusFault::Forget,
                StatusFault::Honest,
                StatusFault::Honest,
            ]),
            2 => statuses.push(StatusFault::SeeGhosts),
            _ => statuses.push(StatusFault::Honest),
        }
    }
    chain.plan_statuses(statuses);
    chain
}

fn drill(store: &str, socket: &std::path::Path, die: Option<&str>) -> ExitStatus {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ion-kill-drill"));
    command
        .args(["--store", store, "--rows", &ROWS.to_string(), "--chain"])
        .arg(socket);
    if let Some(die) = die {
        command.args(["--die", die]);
    }
    let output = command.output().unwrap();
    if !output.status.success() && output.status.signal() != Some(ABORTED) {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status
}

/// One death and one successor.
fn die_and_go_on(store: &str, point: &str, nth: u32, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("chain");
    let chain = Arc::new(faulty_chain(point, seed));
    let listener = UnixListener::bind(&socket).unwrap();
    let serving = chain.clone();
    std::thread::spawn(move || ion_test_kill::wire::serve(serving, listener));

    let what = format!("{point}:{nth}");
    let died = drill(store, &socket, Some(&what));
    assert_eq!(died.signal(), Some(ABORTED), "{what} was not reached");
    assert!(drill(store, &socket, None).success(), "{what}");

    let once: BTreeMap<Vec<u8>, u32> = (0..ROWS).map(|n| (vec![n], 1)).collect();
    assert_eq!(chain.effects(), once, "{what}, seed {seed}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let outbox = SqlOutbox::open(Store::open(store).await.unwrap())
            .await
            .unwrap();
        for (key, _) in wanted(ROWS) {
            let row = outbox.row(&key).await.unwrap().unwrap();
            assert_eq!(row.state, State::Finalized, "{what}, seed {seed}");
        }
        let open = outbox.summary(i64::MAX).await.unwrap();
        let open: u64 = open
            .by_state
            .iter()
            .filter(|(state, _)| !state.is_closed())
            .map(|(_, rows)| rows)
            .sum();
        assert_eq!(open, 0, "{what}, seed {seed}: the outbox is empty");
        outbox.store().close().await;
    });
}

fn points() -> Vec<String> {
    CALLS
        .iter()
        .flat_map(|call| [format!("before-{call}"), format!("after-{call}")])
        .collect()
}

/// Runs jobs on a few threads.
fn side_by_side(jobs: usize, job: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= jobs {
                        return;
                    }
                    job(number);
                }
            });
        }
    });
}

#[test]
fn death_at_every_point_loses_and_doubles_nothing_on_sqlite() {
    let points = points();
    assert!(points.len() >= 20);
    side_by_side(points.len() * TIMES as usize, |number| {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("outbox.db").display());
        let point = &points[number / TIMES as usize];
        let nth = u32::try_from(number).unwrap() % TIMES + 1;
        die_and_go_on(&store, point, nth, number as u64);
    });
}

#[test]
fn death_at_every_point_loses_and_doubles_nothing_on_postgresql() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let points = points();
    let databases: Vec<_> = runtime.block_on(async {
        let mut all = Vec::new();
        for _ in &points {
            let Some(database) = ion_test_postgres::postgres().await else {
                break;
            };
            database.store.close().await;
            all.push(database.url.clone());
        }
        all
    });
    side_by_side(databases.len(), |number| {
        let nth = u32::try_from(number).unwrap() % TIMES + 1;
        die_and_go_on(
            &databases[number],
            &points[number],
            nth,
            1_000 + number as u64,
        );
    });
}
