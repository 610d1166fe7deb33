use super::*;

async fn desk() -> (Desk, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("desk.db").to_str().unwrap())
        .await
        .unwrap();
    (Desk::open(store).await.unwrap(), dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_on_one_database_reserve_no_device_twice() {
    for database in ion_test_postgres::databases().await {
        Desk::open(database.store.clone()).await.unwrap();
        // Three replicas, each with its own connections, want overlapping pairs in opposite orders.
        let mut tasks = Vec::new();
        for replica in 0..3u8 {
            let desk = Desk::open(Store::open(&database.url).await.unwrap())
                .await
                .unwrap();
            tasks.push(tokio::spawn(async move {
                let mut won = Vec::new();
                for round in 0..12u8 {
                    let (a, b) = (round % 4, (round + 1) % 4);
                    let pair = if replica % 2 == 0 { [a, b] } else { [b, a] };
                    let id = replica * 50 + round;
                    if desk.reserve(&quote(id, id, &pair)).await.unwrap() {
                        won.push(pair);
                    }
                }
                won
            }));
        }
        let mut held = Vec::new();
        for task in tasks {
            held.extend(task.await.unwrap().into_iter().flatten());
        }
        let distinct: BTreeSet<u8> = held.iter().copied().collect();
        assert_eq!((held.len(), distinct), (4, (0..4).collect()), "{held:?}");
    }
}

#[tokio::test]
async fn replacement_is_reserved_beside_the_quotes_of_renters() {
    let (desk, _dir) = desk().await;
    assert!(desk.reserve(&quote(1, 1, &[10])).await.unwrap());
    assert!(
        !desk
            .reserve_replacement(&quote(2, 90, &[10]))
            .await
            .unwrap()
    );
    assert!(
        desk.reserve_replacement(&quote(3, 90, &[11]))
            .await
            .unwrap()
    );
    assert!(!desk.reserve(&quote(4, 2, &[11])).await.unwrap());
    assert_eq!(
        desk.overdue(9_000, 9).await.unwrap(),
        [([1; 16], key(101))],
        "no quote account belongs to it"
    );
    assert_eq!(desk.explain(&[3; 16]).await.unwrap().unwrap().1, "failover");
}

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn quote(id: u8, renter: u8, devices: &[u8]) -> NewQuote {
    NewQuote {
        id: [id; 16],
        address: key(100 + id),
        renter: key(renter),
        decision: "{}".into(),
        devices: devices.iter().map(|byte| key(*byte)).collect(),
        now: 1_000,
        expires_at: 1_060,
    }
}

#[tokio::test]
async fn sequence_grows_per_renter() {
    let (desk, _dir) = desk().await;
    assert_eq!(desk.accept_sequence(&key(1), 5).await.unwrap(), Ok(()));
    assert_eq!(
        desk.accept_sequence(&key(1), 5).await.unwrap(),
        Err(EnvelopeError::Replayed(5))
    );
    assert_eq!(
        desk.accept_sequence(&key(1), 4).await.unwrap(),
        Err(EnvelopeError::OldSequence { got: 4, last: 5 })
    );
    assert_eq!(desk.accept_sequence(&key(2), 4).await.unwrap(), Ok(()));
    assert_eq!(desk.accept_sequence(&key(1), 6).await.unwrap(), Ok(()));
}

#[tokio::test]
async fn device_is_reserved_for_one_renter_at_a_time() {
    let (desk, _dir) = desk().await;
    assert!(desk.reserve(&quote(1, 1, &[10, 11])).await.unwrap());
    assert!(!desk.reserve(&quote(2, 2, &[12, 11])).await.unwrap());
    assert_eq!(
        desk.explain(&[2; 16]).await.unwrap(),
        None,
        "nothing of the refused quote is stored"
    );
    assert_eq!(
        desk.reserved(Some(&key(2)), 1_060).await.unwrap(),
        [key(10), key(11)].into()
    );
    assert_eq!(
        desk.reserved(Some(&key(1)), 1_060).await.unwrap(),
        [].into(),
        "its own do not count"
    );
    assert_eq!(
        desk.reserved(None, 1_061).await.unwrap(),
        [].into(),
        "past their end"
    );
}

#[tokio::test]
async fn new_quote_of_a_renter_frees_the_devices_of_the_last() {
    let (desk, _dir) = desk().await;
    assert!(desk.reserve(&quote(1, 1, &[10, 11])).await.unwrap());
    assert!(desk.reserve(&quote(2, 1, &[11, 12])).await.unwrap());
    assert_eq!(
        desk.reserved(None, 1_000).await.unwrap(),
        [key(11), key(12)].into()
    );
    assert!(desk.reserve(&quote(3, 3, &[10])).await.unwrap());
}

#[tokio::test]
async fn quotes_end_with_their_reservations_and_show_up_when_overdue() {
    let (desk, _dir) = desk().await;
    for id in 1..=3 {
        assert!(desk.reserve(&quote(id, id, &[id])).await.unwrap());
    }
    desk.opened(&[2; 16], 1_075).await.unwrap();
    desk.ended(&[3; 16], QuoteState::Refused).await.unwrap();
    assert_eq!(desk.reserved(None, 1_070).await.unwrap(), [key(2)].into());
    assert_eq!(desk.overdue(1_060, 9).await.unwrap(), []);
    assert_eq!(desk.overdue(1_061, 9).await.unwrap(), [([1; 16], key(101))]);
    assert_eq!(
        desk.overdue(1_076, 9).await.unwrap(),
        [([1; 16], key(101)), ([2; 16], key(102))]
    );
    desk.ended(&[1; 16], QuoteState::Closed).await.unwrap();
    assert_eq!(desk.overdue(1_061, 9).await.unwrap(), []);
    assert_eq!(desk.explain(&[3; 16]).await.unwrap().unwrap().1, "refused");
}
