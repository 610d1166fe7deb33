//! Due steps of bookings: start, end, replacement.

use super::*;

fn paid_booking() -> Booking {
    let line = Line {
        device: device_key(1),
        class: CLASS,
        qty: 2,
        status: LineStatus::Hired as u8,
        ..zeroed()
    };
    Booking {
        status: BookingStatus::Paid as u8,
        deadline: NOW + 1_800,
        op_seq: 3,
        event_seq: 5,
        minutes: 60,
        lines: vec![line],
        ..zeroed()
    }
}

#[tokio::test]
async fn due_steps_become_rows_once_per_state_of_the_booking() {
    for database in databases().await {
        let ledger = Arc::new(Ledger::new(&[(1, 2)], Arc::new(FakeChain::new())));
        let (follow, outbox) = follower(&ledger, database.store.clone()).await;
        let booking = device_key(60);
        assert_eq!(follow.round().await.unwrap(), Round { now: NOW, new: 0 });
        ledger.with(|facts| facts.bookings.push((booking, paid_booking())));
        assert_eq!(follow.round().await.unwrap().new, 1);
        assert_eq!(follow.round().await.unwrap().new, 0);
        let row = outbox
            .row(&Key::new("start", booking, 5))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.state, State::Ready);

        ledger.with(|facts| {
            facts.bookings[0].1 = Booking {
                status: BookingStatus::Running as u8,
                event_seq: 6,
                ends_at: NOW + 3_600,
                ..paid_booking()
            };
        });
        assert_eq!(follow.round().await.unwrap().new, 0, "not over yet");
        ledger.with(|facts| facts.now = NOW + 3_600);
        assert_eq!(follow.round().await.unwrap().new, 1);
        assert!(
            outbox
                .row(&Key::new("end", booking, 6))
                .await
                .unwrap()
                .is_some()
        );
    }
}

/// A follower on an open database.
async fn follower(ledger: &Arc<Ledger>, store: Store) -> (Follow, Outbox) {
    let outbox = Outbox::new(
        SqlOutbox::open(store.clone()).await.unwrap(),
        Arc::new(SystemClock),
    );
    let follow = Follow {
        chain: ledger.clone(),
        desk: scheduler::Desk::open(store).await.unwrap(),
        outbox: outbox.clone(),
        nudge: Arc::new(Notify::new()),
        scheduler: Keypair::new().pubkey(),
        planner: Arc::new(scheduler::Planner::new(
            SchedulerSettings::default().placement,
        )),
    };
    (follow, outbox)
}

/// A running booking of devices 1 and 2 whose second line is faulty since `NOW`.
fn faulty_booking() -> Booking {
    let line = |byte, status| Line {
        device: device_key(byte),
        class: CLASS,
        qty: 2,
        status: status as u8,
        rate_usd_micros: ASK,
        fault_offset_s: 600,
        segments: vec![booking::state::Segment {
            minutes: 120,
            ..zeroed()
        }],
        ..zeroed()
    };
    Booking {
        status: BookingStatus::Running as u8,
        flags: booking::constants::FLAG_FAILOVER,
        started_at: NOW - 600,
        ends_at: NOW + 6_600,
        failover_grace_s: 900,
        event_seq: 7,
        op_seq: 4,
        lines: vec![line(1, LineStatus::Hired), line(2, LineStatus::Failing)],
        ..zeroed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faulty_line_alone_is_replaced_once_by_all_replicas() {
    for database in databases().await {
        let devices = [(1, 2), (2, 2), (3, 1), (4, 2), (5, 4)];
        let ledger = Arc::new(Ledger::new(&devices, Arc::new(FakeChain::new())));
        let booking = device_key(60);
        ledger.with(|facts| {
            for (key, device) in &mut facts.devices {
                if [device_key(1), device_key(2)].contains(key) {
                    device.hired_by = booking;
                }
            }
            facts.bookings.push((booking, faulty_booking()));
        });
        // Each with its own connections to the database.
        let store = async || Store::open(&database.url).await.unwrap();
        let (one, outbox) = follower(&ledger, store().await).await;
        let (other, _) = follower(&ledger, store().await).await;
        assert_eq!(one.round().await.unwrap().new, 1);
        assert_eq!(other.round().await.unwrap().new, 0, "on its way");
        assert_eq!(one.round().await.unwrap().new, 0);
        let row = outbox
            .row(&Key::new("failover", booking, 7 * 8))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.state, State::Ready);
        // Device 4 is the only free one of that size; neither replica gives it to a renter now.
        for follow in [&one, &other] {
            let reserved = follow.desk.reserved(None, NOW).await.unwrap();
            assert_eq!(reserved, [device_key(4)].into());
        }
        // Past the grace the line ends, and the booking runs on with the other.
        ledger.with(|facts| {
            facts.now = NOW + 901;
            facts.bookings[0].1.event_seq = 8;
        });
        assert_eq!(other.round().await.unwrap().new, 1);
        let ended = outbox.row(&Key::new("fail_line", booking, 8)).await;
        assert!(ended.unwrap().is_some());
    }
}
