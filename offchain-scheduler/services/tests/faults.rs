//! Outages of hired devices, from silence to an accepted fault report.

mod support;

use booking::ReportFaultArgs;
use ion_merkle::report::ReportKind;
use support::{panel::Panel, *};

const DEVICE: [u8; 32] = [60; 32];
const RUNNING: u8 = 4;
const ALL: [usize; 5] = [0, 1, 2, 3, 4];
const FAULT: u8 = ReportKind::FaultReport as u8;

/// Minutes 0 to `up` − 1 with heartbeats, silence up to `until`.
async fn play(panel: &mut Panel, up: i64, until: i64, watching: impl Fn(i64) -> Vec<usize>) {
    for minute in 0..until {
        let now = START + 60 * minute;
        let members = watching(minute);
        panel.tick(now, &members).await;
        if minute < up {
            panel.beat(DEVICE, now, &members).await;
        }
    }
}

fn rows(booking: solana_pubkey::Pubkey, seq: u64) -> Vec<(&'static str, String, u64)> {
    vec![
        ("open_poll", format!("{FAULT}/{booking}"), seq),
        ("vote_report", format!("{FAULT}/{booking}/0/0"), seq),
        ("vote_report", format!("{FAULT}/{booking}/1/0"), seq),
    ]
}

#[tokio::test]
async fn dark_device_is_reported_once_with_the_minutes_that_it_served() {
    let mut panel = Panel::new(5, 3).await;
    let device = put_device(&panel.chain, DEVICE, 1);
    let booking = put_booking(&panel.chain, device, 120, RUNNING);
    play(&mut panel, 10, 18, |_| ALL.to_vec()).await;
    // Up to 7 minutes are none: the eighth has begun at 10:00 + 7:01.
    for member in ALL {
        panel.round(member, START + 17 * 60).await;
        assert_eq!(
            panel.verifiers[member]
                .journal
                .open_outages()
                .await
                .unwrap(),
            []
        );
    }
    let now = START + 17 * 60 + 1;
    for member in ALL {
        panel.round(member, now).await;
        let open = panel.verifiers[member]
            .journal
            .open_outages()
            .await
            .unwrap();
        assert_eq!(open.len(), 1, "verifier {member}");
        let note = &open[0].signed.note;
        assert_eq!(note.fault_minute, START / 60 + 10);
        assert_eq!((note.served, note.kept), (Some(10), Some(0)));
    }
    // Threshold of notes is there: poll and votes.
    for member in ALL {
        panel.round(member, now).await;
    }
    let mut votes = Vec::new();
    for member in ALL {
        votes.push(panel.vote_in(member, &rows(booking, 1)).await);
    }
    assert!(votes[4].is_some());
    let poll = panel.set_poll(ReportKind::FaultReport, booking, 1, votes);
    let poll = match poll.attested {
        Some(_) => poll,
        None => {
            for member in ALL {
                panel.round(member, now).await;
            }
            let mut votes = Vec::new();
            for member in ALL {
                votes.push(panel.vote_in(member, &rows(booking, 1)).await);
            }
            panel.set_poll(ReportKind::FaultReport, booking, 1, votes)
        }
    };
    assert!(poll.attested.is_some(), "{poll:?}");

    // The device is back meanwhile: that undoes nothing.
    panel.beat(DEVICE, now, &ALL).await;
    panel.round(0, now + 60).await;
    let work = panel.work(0, "report_fault", booking, 1).await.unwrap();
    let args: ReportFaultArgs = borsh::from_slice(&work[0].data[8..]).unwrap();
    assert_eq!((args.fault_seq, args.line, args.kind), (1, 0, 1));
    assert_eq!(args.fault_at, START + 600);
    assert_eq!((args.served_minutes, args.kept_minutes), (10, 0));

    // Once the line has failed, nothing is left to do.
    panel.chain.with(|chain| {
        let booking = chain.bookings.get_mut(&booking).unwrap();
        booking.last_fault_seq = 1;
        booking.lines[0].status = 2;
    });
    panel.round(0, now + 120).await;
    assert_eq!(panel.verifiers[0].journal.open_outages().await.unwrap(), []);
    assert_eq!(panel.work(0, "report_fault", booking, 2).await, None);
}

#[tokio::test]
async fn own_gap_of_a_verifier_and_an_idle_device_are_no_outage() {
    let mut panel = Panel::new(3, 2).await;
    let hired = put_device(&panel.chain, DEVICE, 1);
    put_booking(&panel.chain, hired, 120, RUNNING);
    let idle = [61; 32];
    put_device(&panel.chain, idle, 1);
    panel.beat(idle, START, &[0, 1, 2]).await;
    // Verifier 2 does not run in minutes 8 to 13, so it has watched too few of the missed ones.
    play(&mut panel, 10, 18, |minute| {
        if (8..14).contains(&minute) {
            vec![0, 1]
        } else {
            vec![0, 1, 2]
        }
    })
    .await;
    let now = START + 17 * 60 + 1;
    let mut open = Vec::new();
    for member in [0, 1, 2] {
        panel.round(member, now).await;
        open.push(
            panel.verifiers[member]
                .journal
                .open_outages()
                .await
                .unwrap()
                .len(),
        );
    }
    assert_eq!(open, [1, 1, 0]);
}

#[tokio::test]
async fn one_lying_verifier_makes_no_fault() {
    let mut panel = Panel::new(5, 3).await;
    let device = put_device(&panel.chain, DEVICE, 1);
    let booking = put_booking(&panel.chain, device, 120, RUNNING);
    // The device talks to all but verifiers 3 and 4, which say that it is dark.
    for minute in 0..20 {
        let now = START + 60 * minute;
        panel.tick(now, &ALL).await;
        panel.beat(DEVICE, now, &[0, 1, 2]).await;
        if minute < 10 {
            panel.beat(DEVICE, now, &[3, 4]).await;
        }
    }
    let now = START + 19 * 60;
    for _ in 0..2 {
        for member in ALL {
            panel.round(member, now).await;
        }
    }
    for member in ALL {
        let open = panel.verifiers[member]
            .journal
            .open_outages()
            .await
            .unwrap();
        assert_eq!(open.len(), usize::from(member > 2));
        assert_eq!(panel.vote_in(member, &rows(booking, 1)).await, None);
    }
    // Their two votes for a payload of their own move nobody.
    let votes = vec![None, None, None, Some([0xEE; 32]), Some([0xEE; 32])];
    panel.set_poll(ReportKind::FaultReport, booking, 1, votes);
    for member in [0, 1, 2] {
        panel.round(member, now).await;
        assert_eq!(panel.vote_in(member, &rows(booking, 1)).await, None);
        assert_eq!(panel.work(member, "report_fault", booking, 1).await, None);
    }
}
