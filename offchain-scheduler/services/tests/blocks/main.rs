//! Hours of block rewards with three verifiers over one shared store: openings, files, summaries,
//! votes, a failing device, the reward tree, a restart in between.

#[path = "../support/mod.rs"]
mod support;

mod net;

use std::{collections::BTreeMap, sync::Arc};

use ed25519_dalek::{Signer, SigningKey};
use ion_client::addresses;
use ion_economics::{
    block::BlockState,
    reward::{eligibility::Exclusion, score::Weights},
};
use ion_merkle::{earnings::RewardRoot, report::ReportKind, summary::BlockSummary};
use ion_objects::{FolderStore, ObjectStore};
use ion_protocol::{
    AGREEMENT_VERSION, Claim, Heartbeat, LINE_DOWN_CLAIM, LINE_UP_CLAIM, Outcome,
    SupplierDeclaration, WalletLink, declaration_message, link_message,
};
use ion_report::{DeviceList, RootBundle, RowState};
use ion_services::{
    chain_view::{BlockView, MemoryView, PollView, RootView, RootsView},
    verifier::{Bench, StoredChallenge, Verifier},
};
use ion_store::outbox::Key;
use solana_pubkey::Pubkey;
use support::*;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const CLASS: u16 = 7;
const CO_STAKER: [u8; 32] = [77; 32];
const ENTERPRISE: u64 = 347_820_519_071;
const COMMUNITY: u64 = 18_306_343_110;
const GOOD: [u8; 32] = [60; 32];
const FAILING: [u8; 32] = [61; 32];

struct Net {
    chain: Arc<MemoryView>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    dir: tempfile::TempDir,
    objects: FolderStore,
    sequence: u64,
    now: i64,
}

fn wallet(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn owner() -> [u8; 32] {
    wallet(40).verifying_key().to_bytes()
}

#[tokio::test]
async fn three_blocks_with_a_failing_device_end_in_one_root() {
    let mut net = Net::new().await;
    let first = hour_of(START);
    // Five hours of uptime before the first hour that can pay.
    for hour in 0..5 {
        net.hour(hour, 0..0).await;
    }
    let mut summaries = Vec::new();
    for (hour, silent) in [(5, 0..0), (6, 21..42), (7, 0..0)] {
        net.hour(hour, silent).await;
        // To minute 7 of the next hour; the steps of the next hour start over at its minute 0, which
        // the clocks of the verifiers do not mind.
        let next = START + (hour + 1) * HOUR;
        for minute in [0, 2, 7] {
            net.tick(next + minute * MINUTE).await;
            net.beat(GOOD).await;
            net.beat(FAILING).await;
            net.rounds().await;
        }
        if hour == 6 {
            // A verifier is started anew between two hours and goes on where it was.
            net.verifiers[2] = net.open(2).await;
            net.benches[2] = Bench::default();
            let now = net.now;
            net.tick(now).await;
        }
        summaries.push(net.block(first + hour as u64).await);
    }
    let [five, six, seven] = &summaries[..] else {
        panic!("three summaries")
    };
    let counts = |one: &BlockSummary| (one.nominated, one.succeeded, one.failed);
    assert_eq!(counts(five), (2, 2, 0));
    assert_eq!(counts(six), (2, 1, 1));
    assert_eq!(counts(seven), (1, 1, 0));
    assert_eq!(five.enterprise.base_sum, 2 * 100_200);
    assert_eq!(five.enterprise.allocated_io, ENTERPRISE - 1);
    assert_eq!(six.enterprise.allocated_io, ENTERPRISE);
    let failed = &net.list(six)[&address_of(FAILING)];
    assert_eq!(failed.state, RowState::Failed);
    assert_eq!(failed.reason, Exclusion::UptimeShort.code());
    assert_eq!(failed.failed_at_end, 1 | 1 << 9);
    let excluded = &net.list(seven)[&address_of(FAILING)];
    assert_eq!(excluded.state, RowState::Excluded);
    assert_eq!(excluded.reason, Exclusion::UptimeShort.code());

    // The tree: opened, voted for, attested, accepted.
    let ring = addresses::rewards::roots();
    net.rounds().await;
    let poll = net.poll(ReportKind::RewardRoot, ring, 1).await;
    let payload = poll.attested.expect("all verifiers build one tree");
    assert!(poll.votes.iter().all(|one| *one == Some(payload)));
    net.rounds().await;
    assert!(net.has_row(0, "accept_root", "rewards", 1).await);
    let root = net.payload(
        format!("reports/2/1/{}", hex::encode(payload)),
        RewardRoot::decode,
    );
    assert_eq!(root.through_hour, first + 7);
    assert_eq!(root.leaf_count, 3);
    let sum: u64 = summaries
        .iter()
        .map(|one| one.enterprise.allocated_io + one.community.allocated_io)
        .sum();
    assert_eq!(root.lifetime_io, sum);
    let bytes = net
        .objects
        .get(&format!("bundles/{}", hex::encode(root.bundle)))
        .unwrap()
        .unwrap();
    let bundle = RootBundle::decode(&bytes).unwrap();
    let (_, co) = bundle
        .lifetimes
        .find(&address_of(GOOD), &CO_STAKER)
        .unwrap();
    let rewards = [five, six, seven].map(|one| net.list(one)[&address_of(GOOD)].reward_io);
    assert_eq!(
        co.earned_io,
        rewards
            .iter()
            .map(|reward| reward * 2_500 / 10_000)
            .sum::<u64>()
    );

    // Accepted: nothing is due until the next interval, and the watch has nothing to say.
    let now = net.now;
    let accept = |root_hash| RootsView {
        head: 1,
        roots: vec![RootView {
            seq: 1,
            through: root.through_hour,
            root: root_hash,
            accepted_at: now,
            mature_at: now + 7 * 86_400,
            is_vetoed: false,
        }],
    };
    net.chain.with(|chain| chain.roots = accept(root.root));
    net.rounds().await;
    assert!(!net.has_row(0, "open_poll", "2/2", 0).await);
    assert!(
        net.verifiers[0]
            .metrics
            .render()
            .contains("verifier_reward_roots_doubtful 0")
    );
    // Another root on chain than the evidence gives: the alarm.
    net.chain.with(|chain| chain.roots = accept([1; 32]));
    net.benches[0] = Bench::default();
    net.rounds().await;
    assert!(
        net.verifiers[0]
            .metrics
            .render()
            .contains("verifier_reward_roots_doubtful 1")
    );
}

#[tokio::test]
async fn hours_are_released_in_batches_and_fail_after_their_deadline() {
    let mut net = Net::new().await;
    let first = hour_of(START);
    net.chain.with(|chain| {
        chain.emission.start_hour = first;
        chain.emission.next_hour = first;
        chain.emission.next_final_hour = first;
    });
    // Not before the slack after the hour.
    net.tick(START + HOUR + 119).await;
    net.rounds().await;
    assert!(!net.has_row(0, "release_block", "rewards/1", first).await);
    net.tick(START + HOUR + 120).await;
    net.rounds().await;
    assert!(net.has_row(0, "release_block", "rewards/1", first).await);
    net.tick(START + 30 * HOUR).await;
    net.rounds().await;
    assert!(net.has_row(0, "release_block", "rewards/8", first).await);
    // Nobody watched those hours: no summary, and after seven days they fail together, all batches at
    // once, up to an hour that has an attested summary which this verifier does not know.
    for hour in first..first + 16 {
        net.release(hour);
    }
    let unknown = (ReportKind::BlockSummary.to_u8(), ::rewards::ID, first + 14);
    net.chain.with(|chain| {
        chain.emission.next_final_hour = first;
        let poll = PollView {
            set_version: 1,
            votes: vec![None; 3],
            attested: Some([1; 32]),
        };
        chain.polls.insert(unknown, poll);
    });
    let deadline = net.now + 7 * 86_400;
    net.tick(deadline).await;
    net.rounds().await;
    assert!(!net.has_row(0, "fail_block", "rewards/6", first).await);
    net.tick(deadline + 1).await;
    net.rounds().await;
    for (batch, from) in [(6, 0), (6, 6), (2, 12)] {
        let subject = format!("rewards/{batch}");
        assert!(
            net.has_row(0, "fail_block", &subject, first + from).await,
            "{batch} from {from}"
        );
    }
    assert!(!net.has_row(0, "fail_block", "rewards/1", first + 15).await);
    assert!(!net.has_row(0, "open_poll", &format!("1/{first}"), 0).await);
}
