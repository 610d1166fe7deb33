//! A false figure of every kind raises the alarm of its kind and no other.

use std::{collections::BTreeSet, sync::Arc};

use anchor_lang::{AccountDeserialize, Owner};
use ion_indexer::{
    Index,
    check::{Checker, Round},
};
use ion_report::{DeviceList, EpochBundle};
use ion_runtime::metrics::Metrics;
use ion_test_postgres::{Database, databases};
use solana_pubkey::Pubkey;
use sqlx::Row;

use crate::{
    archive::Archive,
    day::follow,
    recorded::{Day, Node},
    script::day,
};

/// The first account of a type that fits.
fn find<T: AccountDeserialize + Owner>(day: &Day, fits: impl Fn(&T) -> bool) -> Pubkey {
    let mut keys: Vec<&Pubkey> = day.accounts.keys().collect();
    keys.sort_unstable();
    let found = keys.into_iter().find(|key| {
        let account = &day.accounts[*key];
        account.owner == T::owner()
            && T::try_deserialize(&mut account.data.as_slice()).is_ok_and(|value| fits(&value))
    });
    *found.expect("the day has one")
}

/// An index of a day, in a database of its own.
async fn indexed(day: &Day) -> (Index, Database) {
    let database = databases().await.remove(0);
    let index = Index::open(database.store.clone()).await.unwrap();
    let node = Arc::new(Node::honest(day));
    follow(&index, node, 100_000).await.unwrap();
    (index, database)
}

/// Kinds with an open alarm after everything was recomputed once more.
async fn alarmed(index: &Index, day: &Day, archive: &Archive) -> BTreeSet<String> {
    let pool = index.store().pool();
    sqlx::query("UPDATE checks SET is_due = 1")
        .execute(pool)
        .await
        .unwrap();
    let (_folder, shelf) = archive.shelf();
    let metrics = Metrics::default();
    let node = Arc::new(Node::honest(day));
    let checker = Checker::new(index.clone(), node, Some(shelf), metrics.clone());
    let round = checker.round().await.unwrap();
    assert_eq!(round.waiting, 0, "{round:?}");
    let rows = sqlx::query("SELECT kind FROM alarms WHERE is_open = 1")
        .fetch_all(pool)
        .await
        .unwrap();
    let open = format!("indexer_alarms_open {}", rows.len());
    assert!(metrics.render().contains(&open), "{open}");
    rows.iter().map(|row| row.get(0)).collect()
}

fn kinds(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn false_account_of_each_kind_raises_its_alarm() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let mut crooked = day.clone();
    let key = find::<registry::state::Device>(day, |_| true);
    crooked.edit::<registry::state::Device>(&key, |device| device.reliability_bps += 1);
    let key = find::<staking::state::DeviceStake>(day, |_| true);
    crooked.edit::<staking::state::DeviceStake>(&key, |stake| stake.active_io += 1);
    let key = find::<staking::state::Case>(day, |_| true);
    crooked.edit::<staking::state::Case>(&key, |case| case.charged_io += 1);
    let key = find::<rewards::state::Block>(day, |_| true);
    crooked.edit::<rewards::state::Block>(&key, |block| block.emission_io += 1);
    let key = find::<ide::state::Epoch>(day, |epoch| epoch.sealed_at > 0 && epoch.mode == 1);
    crooked.edit_in_place::<ide::state::Epoch>(&key, |epoch| epoch.cumulative_io += 1);
    let key = find::<ide::state::Auction>(day, |_| true);
    crooked.edit::<ide::state::Auction>(&key, |auction| auction.lot_usdc += 1);
    let key = find::<booking::state::Booking>(day, |_| true);
    crooked.edit::<booking::state::Booking>(&key, |booking| booking.lines[0].qty += 1);

    let (index, _database) = indexed(day).await;
    assert_eq!(alarmed(&index, day, &day.archive).await, kinds(&[]));
    let all = [
        "device", "stake", "case", "block", "epoch", "engine", "auction", "booking",
    ];
    assert_eq!(alarmed(&index, &crooked, &day.archive).await, kinds(&all));
    assert_eq!(alarmed(&index, day, &day.archive).await, kinds(&[]));
}

/// Something that is wrong with the evidence, and the kinds that see it.
type Wrong = (&'static str, fn(&mut Archive), &'static [&'static str]);

/// Names of the stored objects that decode.
fn names<T>(
    archive: &Archive,
    decode: impl Fn(&[u8]) -> Option<T>,
    fits: impl Fn(&T) -> bool,
) -> Vec<String> {
    let found: Vec<String> = archive
        .0
        .iter()
        .filter(|(name, bytes)| {
            name.starts_with("bundles/") && decode(bytes).is_some_and(|it| fits(&it))
        })
        .map(|(name, _)| name.clone())
        .collect();
    assert!(!found.is_empty(), "the day has none");
    found
}

/// Names of the files of the first or the last hour that was observed.
fn files(archive: &Archive, is_first: bool) -> Vec<String> {
    let hour = |name: &String| -> Option<u64> {
        let rest = name.strip_prefix("observations/")?;
        rest.split('/').next()?.parse().ok()
    };
    let hours = || archive.0.keys().filter_map(hour);
    let wanted = if is_first {
        hours().min()
    } else {
        hours().max()
    };
    let all = archive.0.keys().filter(|name| hour(name) == wanted);
    all.cloned().collect()
}

const WRONG: [Wrong; 7] = [
    (
        "a file of a block is gone",
        |archive| {
            let name = files(archive, true).remove(0);
            archive.0.remove(&name);
        },
        &["block"],
    ),
    (
        "a file of a block is another",
        |archive| {
            let pair = files(archive, true);
            let other = archive.0[&pair[1]].clone();
            archive.0.insert(pair[0].clone(), other);
        },
        &["block"],
    ),
    (
        "a list pays more",
        |archive| {
            let decode = |bytes: &[u8]| DeviceList::decode(bytes).ok();
            let fits = |list: &DeviceList| list.rows.iter().any(|row| row.reward_io > 0);
            let name = names(archive, decode, fits).remove(0);
            let mut list = DeviceList::decode(&archive.0[&name]).unwrap();
            list.rows[0].reward_io += 1;
            archive.0.insert(name, borsh::to_vec(&list).unwrap());
        },
        &["block", "reward_root"],
    ),
    (
        "a file of a day is gone",
        |archive| {
            let name = files(archive, false).remove(0);
            archive.0.remove(&name);
        },
        &["epoch_report"],
    ),
    (
        "a day owes somebody else",
        |archive| {
            let decode = |bytes: &[u8]| EpochBundle::decode(bytes).ok();
            let name = names(archive, decode, |day| !day.parts.is_empty()).remove(0);
            let mut day = EpochBundle::decode(&archive.0[&name]).unwrap();
            day.parts[0].party = [7; 32];
            archive.0.insert(name, borsh::to_vec(&day).unwrap());
        },
        &["epoch_report", "payout_root"],
    ),
    (
        "nothing is kept",
        |archive| archive.0.clear(),
        &["block", "epoch_report", "payout_root", "reward_root"],
    ),
    ("all is there", |_| {}, &[]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_that_is_gone_or_false_raises_the_alarms_of_what_rests_on_it() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (index, _database) = indexed(day).await;
    for (what, change, wanted) in WRONG {
        let mut archive = day.archive.clone();
        change(&mut archive);
        let found = alarmed(&index, day, &archive).await;
        assert_eq!(found, kinds(wanted), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn root_that_does_not_follow_from_the_evidence_raises_the_alarm_of_its_tree() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (index, _database) = indexed(day).await;
    let mut roots = Vec::new();
    for tree in ["rewards", "payouts"] {
        let text: String =
            sqlx::query("SELECT root FROM roots WHERE tree = $1 ORDER BY root_seq DESC LIMIT 1")
                .bind(tree)
                .fetch_one(index.store().pool())
                .await
                .unwrap()
                .get(0);
        let root: [u8; 32] = hex::decode(text).unwrap().try_into().unwrap();
        roots.push((tree, root));
    }
    for (tree, root) in roots {
        let false_day = day.rewritten(&root, &[0x5a; 32]);
        let (index, _database) = indexed(&false_day).await;
        let kind = match tree {
            "rewards" => "reward_root",
            _ => "payout_root",
        };
        let found = alarmed(&index, &false_day, &false_day.archive).await;
        assert_eq!(found, kinds(&[kind]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vetoed_root_is_not_compared_and_the_one_that_stands_on_it_is_an_alarm() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    for (tree, kind) in [("rewards", "reward_root"), ("payouts", "payout_root")] {
        let (index, _database) = indexed(day).await;
        let pool = index.store().pool();
        assert_eq!(alarmed(&index, day, &day.archive).await, kinds(&[]));
        sqlx::query("UPDATE roots SET is_vetoed = 1 WHERE tree = $1 AND root_seq = 1")
            .bind(tree)
            .execute(pool)
            .await
            .unwrap();
        assert_eq!(alarmed(&index, day, &day.archive).await, kinds(&[kind]));
        let rows =
            sqlx::query("SELECT subject, outcome FROM checks WHERE kind = $1 ORDER BY ordinal")
                .bind(kind)
                .fetch_all(pool)
                .await
                .unwrap();
        let outcomes: Vec<(String, String)> =
            rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let wanted = [("1", "dropped"), ("2", "unequal")];
        assert_eq!(
            outcomes,
            wanted.map(|(seq, outcome)| (seq.to_owned(), outcome.to_owned()))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_block_is_still_rebuilt_from_its_evidence() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (index, _database) = indexed(day).await;
    let completed = sqlx::query("UPDATE blocks SET is_closed = 1 WHERE state = 1 RETURNING block")
        .fetch_all(index.store().pool())
        .await
        .unwrap();
    assert!(!completed.is_empty());
    let mut closed = day.clone();
    for row in completed {
        let key: Pubkey = row.get::<String, _>(0).parse().unwrap();
        closed.accounts.remove(&key).unwrap();
    }
    assert_eq!(alarmed(&index, &closed, &day.archive).await, kinds(&[]));
    let mut archive = day.archive.clone();
    let name = files(&archive, true).remove(0);
    archive.0.remove(&name);
    assert_eq!(alarmed(&index, &closed, &archive).await, kinds(&["block"]));
    assert_eq!(alarmed(&index, &closed, &day.archive).await, kinds(&[]));
    // an account that a closing left is a difference as before
    assert_eq!(alarmed(&index, day, &day.archive).await, kinds(&["block"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarms_over_missing_evidence_end_when_it_comes() {
    let day = tokio::task::spawn_blocking(day).await.unwrap();
    let (index, _database) = indexed(day).await;
    let missing = alarmed(&index, day, &Archive::default()).await;
    let all = ["block", "epoch_report", "payout_root", "reward_root"];
    assert_eq!(missing, kinds(&all));
    let node = Arc::new(Node::honest(day));
    let metrics = Metrics::default();

    // no event comes for them, and totals alone end no alarm
    let blind = Checker::new(index.clone(), node.clone(), None, metrics.clone());
    assert_eq!(blind.recheck_evidence().await.unwrap(), 0);
    let (_folder, shelf) = day.archive.shelf();
    let checker = Checker::new(index.clone(), node, Some(shelf), metrics.clone());
    assert_eq!(checker.round().await.unwrap(), Round::default());
    assert!(!metrics.render().contains("indexer_alarms_open 0"));

    let due = checker.recheck_evidence().await.unwrap();
    assert!(due >= 4, "{due}");
    let round = checker.round().await.unwrap();
    assert_eq!((round.equal, round.unequal, round.waiting), (due, 0, 0));
    assert!(metrics.render().contains("indexer_alarms_open 0"));
    assert_eq!(checker.recheck_evidence().await.unwrap(), 0);
}
