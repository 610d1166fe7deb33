//! Requests that get no quote.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unacceptable_requests_are_refused_by_their_own_codes() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        let cases: [(QuoteRequest, u16, &str); 7] = [
            (request(0), 400, "bad_request"),
            (request(513), 400, "bad_request"),
            (
                QuoteRequest {
                    minutes: 59,
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (
                QuoteRequest {
                    currency: 2,
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (
                QuoteRequest {
                    currency: 1,
                    ..request(2)
                },
                400,
                "no_io_quotes",
            ),
            (
                QuoteRequest {
                    payer: [0; 32],
                    ..request(2)
                },
                400,
                "bad_request",
            ),
            (request(1), 409, "no_fit"),
        ];
        for (sequence, (request, status, code)) in (1..).zip(cases) {
            assert_eq!(
                refusal(desk.post(9, sequence, &request).await),
                (status, code.to_owned()),
                "case {sequence}"
            );
        }
        desk.post(9, 50, &request(2)).await.unwrap();
        assert_eq!(
            refusal(desk.post(9, 50, &request(2)).await),
            (409, "replayed".into())
        );
        assert_eq!(
            refusal(desk.post(9, 49, &request(2)).await),
            (409, "old_sequence".into())
        );
        assert_eq!(
            refusal(desk.post_bytes(vec![1, 2, 3]).await),
            (400, "malformed".into())
        );
        assert_eq!(
            refusal(desk.post_bytes(vec![0; 1_025]).await),
            (413, "body_too_large".into())
        );

        let key = SigningKey::from_bytes(&[9; 32]);
        let realm = Realm {
            genesis_hash: GENESIS,
            program_id: booking::ID.to_bytes(),
        };
        let other = Realm {
            genesis_hash: [4; 32],
            ..realm
        };
        let foreign = seal(&key, Domain::QuoteRequest, &other, 60, NOW, &request(2)).unwrap();
        assert_eq!(
            refusal(desk.post_bytes(borsh::to_vec(&foreign).unwrap()).await),
            (400, "wrong_cluster".into())
        );
        let mut forged = seal(&key, Domain::QuoteRequest, &realm, 61, NOW, &request(2)).unwrap();
        forged.subject = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        assert_eq!(
            refusal(desk.post_bytes(borsh::to_vec(&forged).unwrap()).await),
            (401, "bad_signature".into())
        );
        assert_eq!(desk.ledger.quotes().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renter_with_an_unpaid_booking_gets_no_further_quote() {
    for database in databases().await {
        let desk = Desk::open(database, &[(1, 2)], |_| {}).await;
        let renter =
            Pubkey::new_from_array(SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes());
        let unpaid = Booking {
            renter,
            status: BookingStatus::Booked as u8,
            deadline: NOW,
            ..zeroed()
        };
        desk.ledger
            .with(|facts| facts.bookings.push((device_key(77), unpaid)));
        assert_eq!(
            refusal(desk.post(9, 1, &request(2)).await),
            (409, "open_booking".into())
        );
        desk.post(8, 1, &request(2)).await.expect("another renter");
        desk.ledger
            .with(|facts| facts.bookings[0].1.status = BookingStatus::Paid as u8);
        assert_eq!(
            refusal(desk.post(9, 2, &request(2)).await),
            (409, "no_fit".into()),
            "paid, but all is reserved"
        );
    }
}
