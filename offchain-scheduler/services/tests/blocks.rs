//! Hours of block rewards with three verifiers over one shared store: openings, files, summaries,
//! votes, a failing device, the reward tree, a restart in between.

mod support;

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

impl Net {
    async fn new() -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let objects = FolderStore::open(&dir.path().join("objects")).unwrap();
        let mut net = Net {
            chain,
            verifiers: Vec::new(),
            benches: Vec::new(),
            dir,
            objects,
            sequence: 0,
            now: START,
        };
        for member in 0..3 {
            let verifier = net.open(member).await;
            net.verifiers.push(verifier);
            net.benches.push(Bench::default());
        }
        for device in [GOOD, FAILING] {
            net.put_device(device);
        }
        net.declare();
        net
    }

    async fn open(&self, member: u8) -> Verifier {
        let own = self.dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        let objects = self.dir.path().join("objects");
        make_verifier(self.chain.clone(), member, &own, &objects).await
    }

    /// An up device of class 7 with all that it needs, one co-staker on the good one.
    fn put_device(&self, key: [u8; 32]) {
        let address = put_device(&self.chain, key, 1);
        self.chain.with(|chain| {
            let device = chain.devices.get_mut(&address).unwrap();
            device.owner = Pubkey::from(owner());
            device.payout_wallet = Pubkey::from(owner());
            device.class = CLASS;
            device.connectivity_tier = 4;
            device.readiness_flags = 1;
            let mut class: registry::state::ProcessorClass = zeroed();
            class.id = CLASS;
            class.pool = 1;
            class.mult_before = 50_000;
            class.mult_now = 50_000;
            class.last_nonzero_mult = 50_000;
            chain.classes.insert(CLASS, class);
            let mut stake = staking::state::DeviceStake::opened(address, address, 255, 255);
            stake.active_io = 200_000_000_000_000;
            if key == GOOD {
                let slot = &mut stake.positions[0];
                slot.seq = 1;
                slot.wallet = Pubkey::from(CO_STAKER);
                slot.amount_io = 1;
                slot.accepted_at = START - 10;
                slot.share_bps = 2_500;
                slot.state = 1;
            }
            chain.stakes.insert(address.to_bytes(), stake);
        });
    }

    /// The owner accepts the agreement and links two wallets.
    fn declare(&self) {
        let links: Vec<WalletLink> = [41, 42]
            .map(|seed| {
                let named = wallet(seed).verifying_key().to_bytes();
                WalletLink {
                    wallet: named,
                    signature: wallet(seed)
                        .sign(&link_message(&GENESIS, &owner(), &named))
                        .to_bytes(),
                }
            })
            .into();
        let message = declaration_message(&GENESIS, &owner(), AGREEMENT_VERSION, &links);
        let declaration = SupplierDeclaration {
            owner: owner(),
            agreement: AGREEMENT_VERSION,
            signature: wallet(40).sign(&message).to_bytes(),
            links,
        };
        let bytes = borsh::to_vec(&declaration).unwrap();
        self.objects
            .put(&declaration.object_name(), &bytes)
            .unwrap();
    }

    async fn beat(&mut self, key: [u8; 32]) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [1; 16],
            draining: false,
            claims: [(LINE_DOWN_CLAIM, "1600"), (LINE_UP_CLAIM, "1200")]
                .map(|(name, value)| Claim {
                    name: name.into(),
                    value: value.into(),
                })
                .into(),
        };
        let address = address_of(key);
        for verifier in &self.verifiers {
            verifier
                .count_heartbeat(&key, &address, self.sequence, self.now, &message)
                .await
                .unwrap();
        }
    }

    async fn prove(&self, key: [u8; 32], outcome: Outcome) {
        for (member, verifier) in self.verifiers.iter().enumerate() {
            let challenge = ion_challenge::Challenge {
                genesis_hash: GENESIS,
                verifier: verifier.public_key(),
                device: key,
                nonce: [member as u8; 32],
                blockhash: (self.now as u64)
                    .to_le_bytes()
                    .repeat(4)
                    .try_into()
                    .unwrap(),
                n: 8,
                rounds: 1,
                openings: 1,
                secret_hash: [0; 32],
            };
            let id = challenge.id();
            let stored = StoredChallenge {
                device: address_of(key),
                challenge,
                secret: [0; 32],
                commitment: None,
            };
            verifier.journal.issue(&stored, self.now).await.unwrap();
            verifier
                .journal
                .finish(&id, outcome, &[9; 32], self.now)
                .await
                .unwrap();
        }
    }

    async fn tick(&mut self, now: i64) {
        self.now = now;
        self.chain.with(|chain| chain.now = now);
        for verifier in &self.verifiers {
            verifier.tick().await.unwrap();
        }
    }

    async fn rounds(&mut self) {
        for (verifier, bench) in self.verifiers.iter().zip(&mut self.benches) {
            verifier.refresh().await.unwrap();
            verifier.round(bench, self.now).await.unwrap();
        }
    }

    /// Passes one hour in steps of three minutes; `silent` names minutes without the second device.
    async fn hour(&mut self, hour: i64, silent: std::ops::Range<i64>) {
        let opens_at = START + hour * HOUR;
        for minute in (0..60).step_by(3) {
            self.tick(opens_at + minute * MINUTE).await;
            self.beat(GOOD).await;
            if !silent.contains(&minute) {
                self.beat(FAILING).await;
            }
            if minute == 3 || minute == 6 {
                // Opening of this hour, file and vote of the one before.
                self.rounds().await;
            }
            if minute == 30 {
                self.prove(GOOD, Outcome::Pass).await;
                self.prove(FAILING, Outcome::Pass).await;
            }
        }
    }

    fn release(&self, hour: u64) {
        self.chain.with(|chain| {
            let emission = &mut chain.emission;
            if emission.start_hour == u64::MAX {
                emission.start_hour = hour;
                emission.next_final_hour = hour;
            }
            emission.next_hour = hour + 1;
            chain.blocks.insert(
                hour,
                BlockView {
                    state: BlockState::Processing,
                    released_at: chain.now,
                    enterprise_io: ENTERPRISE,
                    community_io: COMMUNITY,
                    weights: Weights::DEFAULT,
                    device_list: [0; 32],
                },
            );
        });
    }

    /// The last votes of all verifiers as a poll; attested when two agree.
    async fn poll(&self, kind: ReportKind, subject: Pubkey, seq: u64) -> PollView {
        let mut votes = Vec::new();
        for verifier in &self.verifiers {
            let (_, vote) = verifier.journal.last_vote(kind.to_u8(), seq).await.unwrap();
            votes.push(vote);
        }
        let mut poll = PollView {
            set_version: 0,
            votes,
            attested: None,
        };
        poll.attested = poll
            .counted()
            .into_iter()
            .find(|(_, count)| *count >= 2)
            .map(|(payload, _)| payload);
        let key = (kind.to_u8(), subject, seq);
        self.chain
            .with(|chain| chain.polls.insert(key, poll.clone()));
        poll
    }

    async fn has_row(&self, member: usize, kind: &str, subject: &str, period: u64) -> bool {
        let key = Key::new(kind, subject, period);
        self.verifiers[member]
            .outbox
            .row(&key)
            .await
            .unwrap()
            .is_some()
    }

    /// Lets the attested summary of an hour count, as the program would.
    fn complete(&self, hour: u64, summary: &BlockSummary) {
        self.chain.with(|chain| {
            let block = chain.blocks.get_mut(&hour).unwrap();
            block.state = BlockState::Completed;
            block.device_list = summary.device_list;
            chain.emission.next_final_hour = hour + 1;
        });
    }

    fn payload<T>(&self, name: String, decode: fn(&[u8]) -> Option<T>) -> T {
        decode(&self.objects.get(&name).unwrap().unwrap()).unwrap()
    }

    fn list(&self, summary: &BlockSummary) -> BTreeMap<[u8; 32], ion_report::DeviceRow> {
        let name = format!("bundles/{}", hex::encode(summary.device_list));
        let list = DeviceList::decode(&self.objects.get(&name).unwrap().unwrap()).unwrap();
        list.rows.into_iter().map(|row| (row.device, row)).collect()
    }

    /// One block from release to the applied summary.
    async fn block(&mut self, hour: u64) -> BlockSummary {
        self.release(hour);
        self.rounds().await;
        let vote = self
            .poll(ReportKind::BlockSummary, ::rewards::ID, hour)
            .await;
        assert!(vote.votes.iter().all(|one| *one == vote.votes[0]), "{hour}");
        let payload = vote.attested.expect("all verifiers agree");
        assert!(
            self.has_row(0, "open_poll", &format!("1/{hour}"), 0).await,
            "poll and first vote are sent"
        );
        self.rounds().await;
        assert!(self.has_row(0, "complete_block", "rewards", hour).await);
        let name = format!("reports/1/{hour}/{}", hex::encode(payload));
        let summary = self.payload(name, BlockSummary::decode);
        self.complete(hour, &summary);
        summary
    }
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
            through_hour: root.through_hour,
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
