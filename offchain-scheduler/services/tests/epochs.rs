//! Days of the engine with several verifiers over one shared store: cranks, epoch reports, payout
//! roots; what a lying, a silent and a late verifier change.

#[path = "support/days.rs"]
mod days;
mod support;

use std::{collections::BTreeSet, sync::Arc};

use days::{device_hour, position, put_file};
use ide::{
    constants::ALL_HOURS,
    state::{Auction, AuctionState, ClassRates, Engine, Epoch, EpochState, Payment, Vaults},
};
use ion_client::addresses;
use ion_merkle::{
    Sha256Hasher,
    earnings::PayoutRoot,
    epoch::{EpochReport, report_seq},
    report::{ReportKind, payload_hash},
};
use ion_objects::{FolderStore, ObjectStore};
use ion_report::{EpochBundle, Hire, PayoutBundle, PayoutReport};
use ion_services::{
    chain_view::{EngineState, MemoryView, PollView, VerifierSetView},
    verifier::{Bench, Verifier},
};
use ion_store::outbox::Key;
use solana_pubkey::Pubkey;
use support::*;

const DAY_SECONDS: i64 = 86_400;
const CLASS: u16 = 7;
const RATE: u64 = 60_000;
const OWNER: [u8; 32] = [70; 32];
const CO_STAKER: [u8; 32] = [77; 32];
const GOOD: [u8; 32] = [60; 32];
const OTHER: [u8; 32] = [61; 32];
/// Two hours of two processors with a co-staker of a quarter, one hour of one processor.
const AVAIL: u64 = 2 * 120_000 + 60_000;
const HIRE: u64 = 100_000;

fn day() -> u64 {
    START.div_euclid(DAY_SECONDS) as u64
}

fn end() -> i64 {
    (day() + 1) as i64 * DAY_SECONDS
}

struct Net {
    chain: Arc<MemoryView>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    objects: FolderStore,
    /// Members that do nothing.
    silent: BTreeSet<usize>,
    _dir: tempfile::TempDir,
}

impl Net {
    /// A network on the first day of the engine.
    async fn new(members: u8, threshold: u8) -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let keys = (0..members)
            .map(|member| member_key(member).verifying_key().to_bytes())
            .collect();
        chain.with(|chain| {
            chain.verifiers = VerifierSetView {
                keys,
                threshold,
                version: 0,
            };
        });
        let objects = FolderStore::open(&dir.path().join("objects")).unwrap();
        let (mut verifiers, mut benches) = (Vec::new(), Vec::new());
        for member in 0..members {
            let own = dir.path().join(format!("v{member}"));
            std::fs::create_dir_all(&own).unwrap();
            let mut verifier =
                make_verifier(chain.clone(), member, &own, &dir.path().join("objects")).await;
            verifier.settings.report.price_account = Pubkey::new_from_array([5; 32]).to_string();
            verifiers.push(verifier);
            benches.push(Bench::default());
        }
        let net = Self {
            chain,
            verifiers,
            benches,
            objects,
            silent: BTreeSet::new(),
            _dir: dir,
        };
        net.put_engine();
        for (key, qty) in [(GOOD, 2), (OTHER, 1)] {
            let address = put_device(&net.chain, key, 1);
            net.chain.with(|chain| {
                let device = chain.devices.get_mut(&address).unwrap();
                (device.class, device.qty) = (CLASS, qty);
                device.onboarded_at = START - 1_000;
            });
        }
        net
    }

    fn put_engine(&self) {
        self.chain.with(|chain| {
            let mut engine: Engine = bytemuck::Zeroable::zeroed();
            engine.next_day = day();
            let vaults: Vaults = zeroed();
            chain.engine = Some(EngineState {
                engine,
                vaults,
                ide_from_hour: day() * 24,
            });
            chain.payout_roots = Some(bytemuck::Zeroable::zeroed());
            chain.others.insert(Pubkey::new_from_array([5; 32]));
            let mut rates: ClassRates = bytemuck::Zeroable::zeroed();
            rates.class = CLASS;
            rates.sets[0].from_day = day() - 3;
            rates.sets[0].avail_rate_usd_micros = RATE;
            rates.sets[0].max_processors = 1_000;
            chain.class_rates.insert(CLASS, rates);
        });
        self.epoch(|_| {});
    }

    /// Changes the account of the day.
    fn epoch(&self, change: impl FnOnce(&mut Epoch)) {
        self.chain.with(|chain| {
            let epoch = chain.epochs.entry(day()).or_insert_with(|| {
                let mut epoch: Epoch = bytemuck::Zeroable::zeroed();
                epoch.day = day();
                epoch.max_obligation_usd_micros = 1_000_000_000;
                epoch
            });
            change(epoch);
            let at = addresses::ide::epoch(day());
            chain.others.insert(at);
        });
    }

    fn engine(&self, change: impl FnOnce(&mut EngineState)) {
        self.chain
            .with(|chain| change(chain.engine.as_mut().unwrap()));
    }

    /// The file of a member for an hour of the day.
    fn file(&self, member: u8, hour_of_day: u64, other_minutes: u8) -> [u8; 32] {
        let mut good = device_hour(address_of(GOOD), OWNER, 2, 60);
        good.positions.push(position(CO_STAKER, 2_500));
        let other = device_hour(address_of(OTHER), OWNER, 1, other_minutes);
        let hour = day() * 24 + hour_of_day;
        put_file(
            &self.objects,
            &member_key(member),
            GENESIS,
            hour,
            vec![good, other],
        )
    }

    /// Files of these members for the two hours in which somebody watched; in the second one the
    /// other device has too few minutes.
    fn files(&self, members: impl IntoIterator<Item = u8>) {
        for member in members {
            self.file(member, 10, 60);
            self.file(member, 11, 5);
        }
    }

    /// Everybody received the files of a member in time.
    async fn receive(&self, author: u8) {
        for (of_day, minutes) in [(10, 60), (11, 5)] {
            let hash = self.file(author, of_day, minutes);
            let hour = day() * 24 + of_day;
            let key = member_key(author).verifying_key().to_bytes();
            let in_time = (hour as i64 + 1) * 3_600 + 239;
            for verifier in &self.verifiers {
                let journal = &verifier.journal;
                journal.see_file(&hash, hour, &key, in_time).await.unwrap();
            }
        }
    }

    async fn rounds(&mut self, now: i64) {
        for member in 0..self.verifiers.len() {
            self.round(member, now).await;
        }
    }

    async fn round(&mut self, member: usize, now: i64) {
        self.chain.with(|chain| chain.now = now);
        if self.silent.contains(&member) {
            return;
        }
        let verifier = &self.verifiers[member];
        verifier.refresh().await.unwrap();
        let bench = &mut self.benches[member];
        verifier.round(bench, now).await.unwrap();
    }

    async fn vote_of(&self, member: usize, kind: ReportKind, seq: u64) -> Option<[u8; 32]> {
        let journal = &self.verifiers[member].journal;
        journal.last_vote(kind.to_u8(), seq).await.unwrap().1
    }

    /// The last votes as a poll, with these false ones; attested at the threshold.
    async fn poll(
        &self,
        kind: ReportKind,
        subject: Pubkey,
        seq: u64,
        forged: &[(usize, [u8; 32])],
    ) -> PollView {
        let mut votes = Vec::new();
        for member in 0..self.verifiers.len() {
            votes.push(self.vote_of(member, kind, seq).await);
        }
        for (member, payload) in forged {
            votes[*member] = Some(*payload);
        }
        let threshold = self.chain.with(|chain| chain.verifiers.threshold);
        let mut poll = PollView {
            set_version: 0,
            votes,
            attested: None,
        };
        poll.attested = poll
            .counted()
            .into_iter()
            .find(|(_, count)| *count >= usize::from(threshold))
            .map(|(payload, _)| payload);
        let key = (kind.to_u8(), subject, seq);
        self.chain
            .with(|chain| chain.polls.insert(key, poll.clone()));
        poll
    }

    async fn has_row(&self, kind: &str, subject: &str, period: u64) -> bool {
        let key = Key::new(kind, subject, period);
        let row = self.verifiers[0].outbox.row(&key).await.unwrap();
        row.is_some()
    }

    fn stored<T>(&self, name: String, decode: impl Fn(&[u8]) -> Option<T>) -> T {
        decode(&self.objects.get(&name).unwrap().unwrap()).unwrap()
    }

    fn epoch_report(&self, seq: u64, payload: [u8; 32]) -> (EpochReport, EpochBundle) {
        let name = format!("reports/3/{seq}/{}", hex::encode(payload));
        let report = self.stored(name, EpochReport::decode);
        let name = format!("bundles/{}", hex::encode(report.bundle));
        let bundle = self.stored(name, |bytes| EpochBundle::decode(bytes).ok());
        (report, bundle)
    }

    /// Stores a payload with its evidence, as an author would, and returns what is voted for.
    fn publish_epoch(&self, seq: u64, report: &EpochReport, bundle: &EpochBundle) -> [u8; 32] {
        let name = format!("bundles/{}", hex::encode(bundle.hash()));
        self.objects
            .put(&name, &borsh::to_vec(bundle).unwrap())
            .unwrap();
        let kind = ReportKind::EpochReport;
        let payload =
            payload_hash::<Sha256Hasher>(kind, &ide::ID.to_bytes(), seq, &report.encode());
        let name = format!("reports/3/{seq}/{}", hex::encode(payload));
        self.objects.put(&name, &report.encode()).unwrap();
        payload
    }

    /// Lets the day be sealed with what was owed, as the program would.
    fn seal(&self, report: &EpochReport) {
        let owed = report.avail_usd_micros + HIRE;
        self.epoch(|epoch| {
            epoch.state = EpochState::Sealed.code();
            epoch.hire_due_usd_micros = HIRE;
            epoch.obligation_usd_micros = owed;
            epoch.paid_obligation = Payment {
                paid_usd_micros: owed - 40_000,
                reward_io: 9_999_999,
                usdc: 1_001,
                fee_io: 2,
            };
            epoch.short_usd_micros = 40_000;
            epoch.arrears_usd_micros = 40_000;
            epoch.cumulative_io = 10_000_001;
            epoch.cumulative_usdc = 1_001;
        });
        self.engine(|state| state.engine.next_day = day() + 1);
        self.chain.with(|chain| {
            let mut epoch: Epoch = bytemuck::Zeroable::zeroed();
            epoch.day = day() + 1;
            chain.epochs.insert(day() + 1, epoch);
        });
    }

    /// Deposits that the chain shows for the day.
    fn hire(&self, parts: &[([u8; 32], u64)]) {
        let hire: Hire = parts
            .iter()
            .map(|(device, sum)| ((address_of(*device), OWNER), *sum))
            .collect();
        self.chain.with(|chain| chain.hire.insert(day(), hire));
    }
}

/// Ends the day and brings it to votes at the first moment for them.
async fn voted(members: u8, threshold: u8, silent: &[usize]) -> Net {
    let mut net = Net::new(members, threshold).await;
    net.silent = silent.iter().copied().collect();
    let watching: Vec<u8> = (0..members)
        .filter(|member| !silent.contains(&usize::from(*member)))
        .collect();
    net.files(watching.iter().copied());
    for author in &watching {
        net.receive(*author).await;
    }
    net.rounds(end() - 1).await;
    assert!(!net.has_row("end_epoch", "ide", day()).await);
    net.rounds(end()).await;
    assert!(net.has_row("end_epoch", "ide", day()).await);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    net.rounds(end() + 359).await;
    assert_eq!(net.vote_of(0, ReportKind::EpochReport, day()).await, None);
    net.rounds(end() + 360).await;
    net
}

#[tokio::test]
async fn three_verifiers_bring_a_day_from_files_to_a_payout_root() {
    let mut net = voted(3, 2, &[]).await;
    let kind = ReportKind::EpochReport;
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    let payload = poll.attested.expect("all verifiers agree");
    assert!(poll.votes.iter().all(|vote| *vote == Some(payload)));
    assert!(net.has_row("open_poll", &format!("3/{}", day()), 0).await);
    let (report, bundle) = net.epoch_report(day(), payload);
    assert_eq!((report.avail_usd_micros, report.floors), (AVAIL, 3));
    // class, processors of two devices, 2·60 + 2·60 + 60 minutes
    assert_eq!(bundle.rows, [(CLASS, 3, 300)]);
    let parts: Vec<u64> = bundle.parts.iter().map(|part| part.usd_micros).collect();
    assert_eq!(parts.iter().sum::<u64>(), AVAIL);
    let co = bundle.parts.iter().find(|part| part.party == CO_STAKER);
    assert_eq!(co.unwrap().usd_micros, 60_000);

    // accepted, rows, sealed
    net.rounds(end() + 400).await;
    assert!(net.has_row("accept_epoch_report", "ide/0", day()).await);
    net.epoch(|epoch| (epoch.class_count, epoch.row_hash) = (1, report.class_rows));
    net.rounds(end() + 402).await;
    assert!(net.has_row("apply_epoch_rows", "ide/0/0", day()).await);
    net.epoch(|epoch| {
        epoch.state = EpochState::Reported.code();
        epoch.avail_usd_micros = report.avail_usd_micros;
        epoch.hours_deposited = ALL_HOURS >> 1;
    });
    net.engine(|state| state.engine.reported_day = day());
    let attempt = |now: i64| format!("ide/{}", now / 300);
    net.rounds(end() + 404).await;
    let first = attempt(end() + 404);
    assert!(
        !net.has_row("seal_epoch", &first, day()).await,
        "an hour of emission is missing"
    );
    net.epoch(|epoch| epoch.hours_deposited = ALL_HOURS);
    net.rounds(end() + 404).await;
    assert!(net.has_row("seal_epoch", &first, day()).await);
    net.rounds(end() + 704).await;
    let second = attempt(end() + 704);
    assert!(
        net.has_row("seal_epoch", &second, day()).await,
        "tried again"
    );

    // the payout tree, once all deposits are known
    net.seal(&report);
    net.hire(&[(OTHER, HIRE - 1)]);
    let (kind, ring) = (ReportKind::PayoutRoot, addresses::ide::roots());
    net.rounds(end() + 900).await;
    assert_eq!(net.vote_of(0, kind, 1).await, None, "a deposit is missing");
    net.hire(&[(OTHER, HIRE)]);
    net.rounds(end() + 902).await;
    let poll = net.poll(kind, ring, 1, &[]).await;
    let payload = poll.attested.expect("all verifiers build one tree");
    assert!(poll.votes.iter().all(|vote| *vote == Some(payload)));
    let name = format!("reports/4/1/{}", hex::encode(payload));
    let root = net.stored(name, PayoutRoot::decode);
    assert_eq!((root.through_epoch, root.leaf_count), (day(), 3));
    assert_eq!(
        (
            root.lifetime_io,
            root.lifetime_usdc,
            root.arrears_usd_micros
        ),
        (10_000_001, 1_001, 40_000)
    );
    let name = format!("bundles/{}", hex::encode(root.bundle));
    let bundle = net.stored(name, |bytes| PayoutBundle::decode(bytes).ok());
    let report = PayoutReport::new(bundle, &ring.to_bytes()).unwrap();
    let (_, row, siblings) = report.proof(&address_of(OTHER), &OWNER).unwrap();
    // 160,000 of 400,000: 60,000 availability and 100,000 hire; the first leaf takes the odd unit
    assert_eq!(row.lifetime_io, 10_000_001 * 160 / 400 + 1);
    assert_eq!(siblings.len(), 2);
    net.rounds(end() + 904).await;
    assert!(net.has_row("accept_payout_root", "ide", 1).await);
}

#[tokio::test]
async fn one_lying_and_one_silent_verifier_change_nothing() {
    let mut net = voted(5, 3, &[3]).await;
    let kind = ReportKind::EpochReport;
    let own = net.vote_of(0, kind, day()).await.unwrap();
    let (report, bundle) = net.epoch_report(day(), own);
    // what the liar wants: twice as much for one party, under the same files
    let mut forged = bundle.clone();
    forged.parts[0].usd_micros *= 2;
    let false_report = EpochReport {
        avail_usd_micros: report.avail_usd_micros + bundle.parts[0].usd_micros,
        bundle: forged.hash(),
        ..report
    };
    let lie = net.publish_epoch(day(), &false_report, &forged);
    // and without the files of somebody who saw something else
    let mut without = bundle.clone();
    for hour in &mut without.hours {
        hour.files.truncate(3);
    }
    let shorter = EpochReport {
        bundle: without.hash(),
        ..report
    };
    let omission = net.publish_epoch(day(), &shorter, &without);
    for (at, forged) in [
        [(4, lie), (3, lie)],
        [(4, omission), (3, omission)],
        // nobody can fetch this one
        [(4, [9; 32]), (3, [9; 32])],
    ]
    .into_iter()
    .enumerate()
    {
        let poll = net.poll(kind, ide::ID, day(), &forged).await;
        assert_eq!(poll.attested, Some(own), "three honest ones are enough");
        // the moment before: only one honest vote is there and the lie has most
        let mut early = poll;
        early.attested = None;
        (early.votes[1], early.votes[2]) = (None, None);
        let key = (kind.to_u8(), ide::ID, day());
        net.chain.with(|chain| chain.polls.insert(key, early));
        net.rounds(end() + 370 + at as i64).await;
        for honest in 0..3 {
            assert_eq!(net.vote_of(honest, kind, day()).await, Some(own));
        }
    }

    // the payout tree alike: the liar shifts money between two leaves
    let poll = net.poll(kind, ide::ID, day(), &[(4, lie)]).await;
    assert_eq!(poll.attested, Some(own));
    net.engine(|state| state.engine.reported_day = day());
    net.seal(&report);
    net.hire(&[(GOOD, HIRE)]);
    net.rounds(end() + 900).await;
    let (kind, ring) = (ReportKind::PayoutRoot, addresses::ide::roots());
    let own = net.vote_of(0, kind, 1).await.unwrap();
    let name = format!("reports/4/1/{}", hex::encode(own));
    let root = net.stored(name, PayoutRoot::decode);
    let name = format!("bundles/{}", hex::encode(root.bundle));
    let mut forged = net.stored(name, |bytes| PayoutBundle::decode(bytes).ok());
    forged.rows[0].lifetime_io += 500;
    forged.rows[1].lifetime_io -= 500;
    let forged = PayoutReport::new(forged, &ring.to_bytes()).unwrap();
    assert_eq!(forged.payload.lifetime_io, root.lifetime_io);
    let lie = forged.vote(&ring.to_bytes(), 1);
    net.objects
        .put(
            &format!("bundles/{}", hex::encode(forged.payload.bundle)),
            &borsh::to_vec(&forged.bundle).unwrap(),
        )
        .unwrap();
    net.objects
        .put(
            &format!("reports/4/1/{}", hex::encode(lie)),
            &forged.payload.encode(),
        )
        .unwrap();
    let poll = net.poll(kind, ring, 1, &[(4, lie), (3, lie)]).await;
    assert_eq!(poll.attested, Some(own));
    let mut early = poll;
    early.attested = None;
    (early.votes[1], early.votes[2]) = (None, None);
    net.chain
        .with(|chain| chain.polls.insert((kind.to_u8(), ring, 1), early));
    net.rounds(end() + 902).await;
    for honest in 0..3 {
        assert_eq!(net.vote_of(honest, kind, 1).await, Some(own));
    }

    // were it accepted all the same: the alarm
    net.poll(kind, ring, 1, &[(3, lie), (4, lie)]).await;
    let accept = |net: &Net, hash: [u8; 32]| {
        let at = end() + 904;
        net.chain.with(|chain| {
            let ring = &mut chain.payout_roots.as_mut().unwrap().ring;
            ring.head_seq = 1;
            let place = &mut ring.roots[0];
            (place.seq, place.through, place.hash) = (1, day(), hash);
            (place.accepted_at, place.mature_at) = (at, at + 7 * DAY_SECONDS);
        });
    };
    for (hash, doubtful) in [(forged.payload.root, 1), (root.root, 0)] {
        accept(&net, hash);
        net.benches[0] = Bench::default();
        net.round(0, end() + 906).await;
        let shown = format!("verifier_payout_roots_doubtful {doubtful}");
        assert!(net.verifiers[0].metrics.render().contains(&shown));
    }
}

#[tokio::test]
async fn file_that_came_late_does_not_split_the_vote() {
    let kind = ReportKind::EpochReport;
    let mut net = Net::new(3, 3).await;
    net.files([0, 1]);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    let now = end() + 360;
    net.round(0, now).await;
    net.files([2]);
    for member in [1, 2] {
        net.round(member, now).await;
    }
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    assert_eq!((poll.counted().len(), poll.attested), (2, None));
    for _ in 0..2 {
        net.rounds(now + 2).await;
        net.poll(kind, ide::ID, day(), &[]).await;
    }
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    assert!(poll.attested.is_some(), "they meet on one: {poll:?}");

    // who received the file in time does not follow a payload that leaves it out
    let mut net = Net::new(3, 3).await;
    net.files([0, 1]);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    net.round(0, now).await;
    net.files([2]);
    let late = net.file(2, 10, 60);
    let author = member_key(2).verifying_key().to_bytes();
    let hour = day() * 24 + 10;
    for member in [1, 2] {
        let journal = &net.verifiers[member].journal;
        let in_time = (hour as i64 + 1) * 3_600 + 239;
        journal
            .see_file(&late, hour, &author, in_time)
            .await
            .unwrap();
        net.round(member, now).await;
    }
    let whole = net.vote_of(1, kind, day()).await.unwrap();
    let short = net.vote_of(0, kind, day()).await.unwrap();
    assert_ne!(whole, short);
    // most votes for the short one
    net.poll(kind, ide::ID, day(), &[(2, short)]).await;
    net.round(1, now + 2).await;
    assert_eq!(net.vote_of(1, kind, day()).await, Some(whole));
}

#[tokio::test]
async fn attested_report_that_breaks_a_bound_is_voided_and_voted_anew() {
    let kind = ReportKind::EpochReport;
    let mut net = voted(3, 2, &[]).await;
    net.poll(kind, ide::ID, day(), &[(0, [9; 32]), (1, [9; 32])])
        .await;
    let attested_at = end() + 500;
    let key = (kind.to_u8(), ide::ID, day());
    net.chain
        .with(|chain| chain.attested_at.insert(key, attested_at));
    let last = attested_at + 7 * DAY_SECONDS;
    net.rounds(last).await;
    assert!(!net.has_row("void_epoch_report", "ide/0", day()).await);
    net.rounds(last + 1).await;
    assert!(net.has_row("void_epoch_report", "ide/0", day()).await);
    net.epoch(|epoch| epoch.voided_reports = 1);
    net.rounds(last + 3).await;
    let seq = report_seq(day(), 1);
    let poll = net.poll(kind, ide::ID, seq, &[]).await;
    let payload = poll.attested.expect("all agree on the next sequence");
    assert!(net.has_row("open_poll", &format!("3/{seq}"), 0).await);
    net.rounds(last + 5).await;
    assert!(net.has_row("accept_epoch_report", "ide/1", day()).await);
    assert_eq!(net.epoch_report(seq, payload).0.avail_usd_micros, AVAIL);
}

#[tokio::test]
async fn days_of_the_schedule_are_sealed_and_lots_opened_and_ended() {
    let mut net = Net::new(3, 2).await;
    net.engine(|state| state.ide_from_hour = u64::MAX);
    net.epoch(|epoch| epoch.state = EpochState::Ended.code());
    net.rounds(end() + 60).await;
    // today is opened, the day before sealed without a report
    assert!(net.has_row("open_epoch", "ide", day() + 1).await);
    assert!(!net.has_row("open_epoch", "ide", day() + 2).await);
    let attempt = format!("ide/{}", (end() + 60) / 300);
    assert!(net.has_row("seal_epoch", &attempt, day()).await);
    assert_eq!(net.vote_of(0, ReportKind::EpochReport, day()).await, None);
    // the next day is opened before it begins
    net.rounds(end() + DAY_SECONDS - 3_600).await;
    assert!(net.has_row("open_epoch", "ide", day() + 2).await);

    let now = end() + DAY_SECONDS - 3_000;
    let lot = |now: i64| format!("ide/{}", now / 600);
    net.rounds(now).await;
    assert!(
        !net.has_row("open_auction", &lot(now), 1).await,
        "nothing is earmarked"
    );
    net.engine(|state| {
        state.vaults.buyback_usdc = 50_000_000;
        state.engine.next_auction_at = now + 1;
    });
    net.rounds(now).await;
    assert!(!net.has_row("open_auction", &lot(now), 1).await, "too soon");
    net.rounds(now + 1).await;
    assert!(net.has_row("open_auction", &lot(now + 1), 1).await);
    let mut auction: Auction = zeroed();
    auction.ends_at = now + 3_600;
    net.chain.with(|chain| chain.auctions.insert(1, auction));
    net.engine(|state| (state.engine.open_lot, state.engine.auction_seq) = (1, 1));
    net.rounds(now + 3_600).await;
    assert!(!net.has_row("end_auction", "ide", 1).await, "still open");
    net.rounds(now + 3_601).await;
    assert!(net.has_row("end_auction", "ide", 1).await);
    let mut sold_out: Auction = zeroed();
    (sold_out.state, sold_out.ends_at) = (AuctionState::SoldOut, i64::MAX);
    net.chain.with(|chain| chain.auctions.insert(2, sold_out));
    net.engine(|state| state.engine.auction_seq = 2);
    net.rounds(now + 3_603).await;
    assert!(net.has_row("end_auction", "ide", 2).await);
}
