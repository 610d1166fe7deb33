//! From heartbeats to attested leaves with three verifiers over one shared store, step by step.

mod support;

use booking::ApplyWorkLeafArgs;
use ion_chain::decode_work;
use ion_merkle::report::ReportKind;
use ion_observation::SignedFile;
use ion_protocol::{Heartbeat, Outcome};
use ion_store::outbox::{Key, State};
use support::{panel::Panel, *};

const DEVICE: [u8; 32] = [60; 32];

const HOUR_CLOSE: i64 = START + 3_600;
const VOTE: i64 = HOUR_CLOSE + 360;

/// Number of hours for which a verifier has written its file.
async fn hours_written(trio: &Panel, member: usize) -> usize {
    let journal = &trio.verifiers[member].journal;
    journal.written_hours(0).await.unwrap().len()
}

#[tokio::test]
async fn device_comes_up_by_the_reports_of_three_verifiers() {
    let mut trio = Panel::new(3, 2).await;
    let device = put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    trio.beat(DEVICE, START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.judge(member, DEVICE, START, Outcome::Pass).await;
    }

    // Nothing before the close, a file after it, a vote at close + 6 minutes.
    trio.tick(HOUR_CLOSE - 1, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.round(member, HOUR_CLOSE - 1).await;
        assert_eq!(hours_written(&trio, member).await, 0);
    }
    for member in 0..3 {
        trio.round(member, HOUR_CLOSE + 60).await;
        assert_eq!(hours_written(&trio, member).await, 1);
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
    let mut trio = Panel::new(3, 2).await;
    put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.judge(member, DEVICE, START, Outcome::Pass).await;
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
    let mut trio = Panel::new(3, 2).await;
    put_device(&trio.chain, DEVICE, 0);
    let hour = hour_of(START);
    trio.tick(START, &[0, 1, 2]).await;
    for member in 0..3 {
        trio.judge(member, DEVICE, START, Outcome::Pass).await;
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
    let mut trio = Panel::new(3, 2).await;
    let device = put_device(&trio.chain, DEVICE, 1);
    let booking = put_booking(&trio.chain, device, 60, 5);
    let hour = hour_of(START);
    // Verifier 2 joins late and bridges its own gap; the device misses ten minutes.
    for minute in 0..60i64 {
        let now = START + 60 * minute;
        let watching: &[usize] = if minute < 5 { &[0, 1] } else { &[0, 1, 2] };
        trio.tick(now, watching).await;
        if !(20..30).contains(&minute) {
            trio.beat(DEVICE, now, watching).await;
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
    let mut trio = Panel::new(3, 2).await;
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
    assert_eq!(hours_written(&trio, 0).await, 1);
}

#[tokio::test]
async fn restart_keeps_minutes_votes_and_sequences() {
    let mut trio = Panel::new(3, 2).await;
    put_device(&trio.chain, DEVICE, 0);
    trio.tick(START, &[0]).await;
    trio.beat(DEVICE, START, &[0]).await;
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
    let trio = Panel::new(3, 2).await;
    put_device(&trio.chain, DEVICE, 0);
    trio.issue(0, DEVICE, START).await;
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
