//! From heartbeats to attested leaves with three verifiers over one shared store, step by step.

mod support;

use std::{collections::BTreeMap, sync::Arc};

use booking::ApplyWorkLeafArgs;
use ion_chain::decode_work;
use ion_merkle::report::ReportKind;
use ion_observation::SignedFile;
use ion_protocol::{Heartbeat, Outcome};
use ion_services::{
    chain_view::{MemoryView, PollView},
    verifier::{Bench, StoredChallenge, Verifier, subject_of},
};
use ion_store::outbox::{Key, State};
use support::*;

const DEVICE: [u8; 32] = [60; 32];

struct Trio {
    chain: Arc<MemoryView>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    dir: tempfile::TempDir,
    sequence: u64,
}

impl Trio {
    async fn new() -> Self {
        let (chain, dir) = (memory_chain(), tempfile::tempdir().unwrap());
        let mut trio = Trio {
            chain,
            verifiers: Vec::new(),
            benches: Vec::new(),
            dir,
            sequence: 0,
        };
        for member in 0..3 {
            let verifier = trio.open(member).await;
            trio.verifiers.push(verifier);
            trio.benches.push(Bench::default());
        }
        trio
    }

    async fn open(&self, member: u8) -> Verifier {
        let own = self.dir.path().join(format!("v{member}"));
        std::fs::create_dir_all(&own).unwrap();
        make_verifier(
            self.chain.clone(),
            member,
            &own,
            &self.dir.path().join("objects"),
        )
        .await
    }

    /// Moves the chain's clock; the verifiers that watch see it.
    async fn tick(&self, now: i64, watching: &[usize]) {
        self.chain.with(|chain| chain.now = now);
        for member in watching {
            self.verifiers[*member].tick().await.unwrap();
        }
    }

    /// A heartbeat of the device to some verifiers.
    async fn beat(&mut self, now: i64, to: &[usize]) {
        self.sequence += 1;
        let message = Heartbeat {
            boot: [0; 16],
            draining: false,
            claims: vec![],
        };
        for member in to {
            self.verifiers[*member]
                .count_heartbeat(&DEVICE, &address_of(DEVICE), self.sequence, now, &message)
                .await
                .unwrap();
        }
    }

    async fn pass(&self, member: usize, now: i64, outcome: Outcome) {
        let challenge = ion_challenge::Challenge {
            genesis_hash: GENESIS,
            verifier: self.verifiers[member].public_key(),
            device: DEVICE,
            nonce: [member as u8; 32],
            blockhash: [2; 32],
            n: 8,
            rounds: 1,
            openings: 1,
            secret_hash: [0; 32],
        };
        let id = challenge.id();
        let stored = StoredChallenge {
            device: address_of(DEVICE),
            challenge,
            secret: [0; 32],
            commitment: None,
        };
        let journal = &self.verifiers[member].journal;
        journal.issue(&stored, now).await.unwrap();
        journal.finish(&id, outcome, &[9; 32], now).await.unwrap();
    }

    async fn round(&mut self, member: usize, now: i64) {
        self.verifiers[member].refresh().await.unwrap();
        self.verifiers[member]
            .round(&mut self.benches[member], now)
            .await
            .unwrap();
    }

    async fn row(
        &self,
        member: usize,
        kind: &str,
        subject: impl std::fmt::Display,
        period: u64,
    ) -> Option<State> {
        let row = self.verifiers[member]
            .outbox
            .row(&Key::new(kind, subject, period))
            .await
            .unwrap();
        row.map(|row| row.state)
    }

    /// Brings the last votes of all verifiers to the poll, as the chain would.
    async fn count_votes(&self, kind: ReportKind, hour: u64) -> PollView {
        let mut votes = Vec::new();
        let mut counts: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        for verifier in &self.verifiers {
            let (_, vote) = verifier
                .journal
                .last_vote(kind.to_u8(), hour)
                .await
                .unwrap();
            votes.push(vote);
            if let Some(vote) = vote {
                *counts.entry(vote).or_default() += 1;
            }
        }
        let attested = counts
            .into_iter()
            .find(|(_, count)| *count >= 2)
            .map(|(payload, _)| payload);
        let poll = PollView {
            set_version: 0,
            votes,
            attested,
        };
        let key = (kind.to_u8(), subject_of(kind), hour);
        self.chain
            .with(|chain| chain.polls.insert(key, poll.clone()));
        poll
    }
}

const HOUR_CLOSE: i64 = START + 3_600;
const VOTE: i64 = HOUR_CLOSE + 360;

#[tokio::test]
async fn device_comes_up_by_the_reports_of_three_verifiers() {
    let mut trio = Trio::new().await;
    let device = put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    trio.beat(START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.pass(member, START, Outcome::Pass).await;
    }

    // Nothing before the close, a file after it, a vote at close + 6 minutes.
    trio.tick(HOUR_CLOSE - 1, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.round(member, HOUR_CLOSE - 1).await;
        assert_eq!(
            trio.verifiers[member]
                .journal
                .written_hours(0)
                .await
                .unwrap()
                .len(),
            0
        );
    }
    for member in 0..3 {
        trio.round(member, HOUR_CLOSE + 60).await;
        assert_eq!(
            trio.verifiers[member]
                .journal
                .written_hours(0)
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            trio.row(member, "open_poll", format!("7/{hour}"), 0).await,
            None
        );
    }
    for member in 0..3 {
        trio.round(member, VOTE).await;
        assert_eq!(
            trio.row(member, "open_poll", format!("7/{hour}"), 0).await,
            Some(State::Ready)
        );
    }
    trio.count_votes(ReportKind::DeviceReport, hour).await;
    for member in 0..3 {
        trio.round(member, VOTE).await;
        assert_eq!(
            trio.row(member, "vote_report", "7/0/0", hour).await,
            Some(State::Ready)
        );
    }
    let poll = trio.count_votes(ReportKind::DeviceReport, hour).await;
    assert!(poll.attested.is_some());
    assert!(poll.votes.iter().all(|vote| *vote == poll.attested));

    // The attested leaf goes on chain once; then the hour is closed.
    for member in 0..3 {
        trio.round(member, VOTE).await;
        assert_eq!(
            trio.row(member, "apply_device_leaf", device, hour).await,
            Some(State::Ready)
        );
    }
    trio.chain.with(|chain| {
        let device = chain.devices.get_mut(&device).unwrap();
        (device.last_leaf_hour, device.status) = (hour, 1);
    });
    for member in 0..3 {
        trio.round(member, VOTE).await;
        assert!(
            !trio.verifiers[member]
                .journal
                .written_hours(0)
                .await
                .unwrap()[0]
                .is_open
        );
    }
}

#[tokio::test]
async fn votes_meet_although_the_sets_of_files_differed() {
    let mut trio = Trio::new().await;
    put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.pass(member, START, Outcome::Pass).await;
    }
    // The clock jumps over the whole time up to the vote: 0 and 1 know two files, 2 knows three.
    trio.tick(VOTE, &[0, 1, 2]).await;
    trio.verifiers[0].refresh().await.unwrap();
    trio.verifiers[0].write_files(VOTE).await.unwrap();
    for _ in 0..2 {
        trio.round(1, VOTE).await;
        trio.round(0, VOTE).await;
        trio.count_votes(ReportKind::DeviceReport, hour).await;
    }
    // 0 and 1 agree already; hide that, so that 2 sees one vote only.
    trio.chain.with(|chain| {
        chain.polls.values_mut().for_each(|poll| {
            poll.attested = None;
            poll.votes[1] = None;
        })
    });
    trio.round(2, VOTE).await;
    let votes = trio.count_votes(ReportKind::DeviceReport, hour).await.votes;
    assert_ne!(votes[2], votes[0]);
    trio.chain.with(|chain| {
        chain
            .polls
            .values_mut()
            .for_each(|poll| poll.attested = None)
    });
    // Two votes against one: 2 moves, since the other payload is sound too.
    trio.round(2, VOTE).await;
    let votes = trio.count_votes(ReportKind::DeviceReport, hour).await.votes;
    assert_eq!(votes[2], votes[0]);
    assert_eq!(
        trio.row(2, "vote_report", "7/0/0", hour).await,
        Some(State::Ready)
    );
    assert_eq!(
        trio.row(2, "vote_report", "7/1/0", hour).await,
        Some(State::Ready)
    );
}

#[tokio::test]
async fn payload_that_leaves_out_an_early_file_gets_no_vote() {
    let mut trio = Trio::new().await;
    put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.pass(member, START, Outcome::Pass).await;
    }
    // 0 and 1 write their files and vote without the third one.
    for member in [0, 1] {
        trio.round(member, HOUR_CLOSE + 60).await;
    }
    for _ in 0..2 {
        for member in [0, 1] {
            trio.round(member, VOTE).await;
        }
        trio.count_votes(ReportKind::DeviceReport, hour).await;
    }
    trio.chain.with(|chain| {
        chain
            .polls
            .values_mut()
            .for_each(|poll| poll.attested = None)
    });
    // 2 had all three files in time, its own included: it stays with the full set.
    trio.round(2, HOUR_CLOSE + 60).await;
    trio.round(2, VOTE).await;
    trio.round(2, VOTE).await;
    let votes = trio.count_votes(ReportKind::DeviceReport, hour).await.votes;
    assert_ne!(votes[2], votes[0]);
    assert_eq!(trio.row(2, "vote_report", "7/1/0", hour).await, None);
}

#[tokio::test]
async fn served_minutes_of_an_ended_booking_go_on_chain() {
    let mut trio = Trio::new().await;
    let device = put_device(&trio.chain, DEVICE, 1);
    let booking = put_booking(&trio.chain, device, 60, 5);
    let hour = hour_of(START);
    // Verifier 2 joins late and bridges its own gap; the device misses ten minutes.
    for minute in 0..60i64 {
        let now = START + 60 * minute;
        let watching: &[usize] = if minute < 5 { &[0, 1] } else { &[0, 1, 2] };
        trio.tick(now, watching).await;
        if !(20..30).contains(&minute) {
            trio.beat(now, watching).await;
        }
    }
    trio.tick(VOTE, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.verifiers[member].refresh().await.unwrap();
        trio.verifiers[member].write_files(VOTE).await.unwrap();
    }
    let names = trio.verifiers[0]
        .list(format!("observations/{hour}"))
        .await
        .unwrap();
    assert_eq!(names.len(), 3);
    for name in names {
        let file = SignedFile::decode(&trio.verifiers[0].get(name).await.unwrap().unwrap())
            .unwrap()
            .file;
        assert_eq!((file.records[0].seq, file.records[0].is_final), (0, true));
        assert_eq!(file.records[0].served, [Some(50)]);
    }
    for _ in 0..2 {
        for member in 0..3 {
            trio.round(member, VOTE).await;
        }
        trio.count_votes(ReportKind::WorkReport, hour).await;
    }
    trio.round(0, VOTE).await;
    let key = Key::new("apply_work_leaf", format!("{booking}/0"), hour);
    let row = trio.verifiers[0].outbox.row(&key).await.unwrap().unwrap();
    let work = decode_work(&row.work).unwrap();
    let args: ApplyWorkLeafArgs = borsh::from_slice(&work[0].data[8..]).unwrap();
    assert_eq!(args.served_minutes, [50, 0, 0, 0, 0, 0, 0, 0]);
    assert!(args.is_final);
    assert_eq!(args.hour, hour);
}

#[tokio::test]
async fn stop_between_file_and_note_makes_no_second_file() {
    let mut trio = Trio::new().await;
    put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0]).await;
    trio.verifiers[0].refresh().await.unwrap();
    trio.verifiers[0].write_files(VOTE).await.unwrap();
    let names = trio.verifiers[0]
        .list(format!("observations/{hour}"))
        .await
        .unwrap();

    // The note is lost with the tables, the file is not; the device has changed meanwhile.
    std::fs::remove_dir_all(trio.dir.path().join("v0")).unwrap();
    trio.verifiers[0] = trio.open(0).await;
    trio.tick(START, &[0]).await;
    put_device(&trio.chain, DEVICE, 1);
    trio.verifiers[0].refresh().await.unwrap();
    trio.verifiers[0].write_files(VOTE).await.unwrap();
    assert_eq!(
        trio.verifiers[0]
            .list(format!("observations/{hour}"))
            .await
            .unwrap(),
        names
    );
    assert_eq!(
        trio.verifiers[0]
            .journal
            .written_hours(0)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn restart_keeps_minutes_votes_and_sequences() {
    let mut trio = Trio::new().await;
    put_device(&trio.chain, DEVICE, 0);
    trio.tick(START, &[0]).await;
    trio.beat(START, &[0]).await;
    trio.verifiers[0]
        .journal
        .vote(7, 1, 0, &[5; 32])
        .await
        .unwrap();
    trio.verifiers[0] = trio.open(0).await;
    let journal = trio.verifiers[0].journal.clone();
    let hour = hour_of(START);
    assert_eq!(
        journal.minutes_of_hour(hour).await.unwrap()[&address_of(DEVICE)].count(),
        1
    );
    assert_eq!(
        journal.watched_hours(hour, hour).await.unwrap()[0]
            .1
            .count(),
        1
    );
    assert_eq!(journal.last_vote(7, 1).await.unwrap(), (1, Some([5; 32])));
    let message = Heartbeat {
        boot: [0; 16],
        draining: false,
        claims: vec![],
    };
    let replay = trio.verifiers[0]
        .count_heartbeat(&DEVICE, &address_of(DEVICE), 1, START, &message)
        .await;
    assert!(matches!(
        replay,
        Err(ion_services::verifier::VerifierError::Journal(
            ion_services::verifier::JournalError::Sequence(ion_protocol::EnvelopeError::Replayed(
                1
            ))
        ))
    ));
}

#[tokio::test]
async fn interrupted_challenge_is_inconclusive() {
    let trio = Trio::new().await;
    put_device(&trio.chain, DEVICE, 0);
    let challenge = ion_challenge::Challenge {
        genesis_hash: GENESIS,
        verifier: trio.verifiers[0].public_key(),
        device: DEVICE,
        nonce: [0; 32],
        blockhash: [2; 32],
        n: 8,
        rounds: 1,
        openings: 1,
        secret_hash: [0; 32],
    };
    let stored = StoredChallenge {
        device: address_of(DEVICE),
        challenge,
        secret: [0; 32],
        commitment: None,
    };
    trio.verifiers[0]
        .journal
        .issue(&stored, START)
        .await
        .unwrap();
    trio.verifiers[0]
        .end_interrupted_trials(START + 5, true)
        .await
        .unwrap();
    let outcomes = trio.verifiers[0]
        .journal
        .outcomes(&address_of(DEVICE), hour_of(START))
        .await
        .unwrap();
    assert_eq!(
        outcomes
            .iter()
            .map(|seen| (seen.outcome, seen.at))
            .collect::<Vec<_>>(),
        [(Outcome::Inconclusive, START + 5)]
    );
    assert_eq!(trio.verifiers[0].journal.unfinished().await.unwrap(), []);
}
