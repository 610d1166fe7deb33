//! The outbox on SQLite and on PostgreSQL.

mod engine;
mod lease;

use ion_store::{
    Engine, Migration, Store, StoreError,
    outbox::{AfterRefusal, Claim, Input, Key, OutboxStore, SqlOutbox, State},
};
use ion_test_postgres::{Database, databases};

async fn outboxes() -> Vec<(SqlOutbox, Database)> {
    let mut all = Vec::new();
    for database in databases().await {
        all.push((
            SqlOutbox::open(database.store.clone()).await.unwrap(),
            database,
        ));
    }
    all
}

/// A lease of one millisecond at a time.
fn claim(now_ms: i64) -> Claim {
    claim_of("one", now_ms)
}

fn claim_of(owner: &str, now_ms: i64) -> Claim {
    Claim {
        owner: owner.into(),
        now_ms,
        until_ms: now_ms.saturating_add(1),
    }
}

fn sign(signature: &str) -> Input {
    Input::Sign {
        signature: signature.into(),
        last_valid_height: u64::from(u32::MAX) + 1,
        transaction: vec![7, 8],
    }
}

#[tokio::test]
async fn enqueue_twice_keeps_the_first_row() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 3);
        let first = outbox.enqueue(&key, "work", 100).await.unwrap();
        assert_eq!(
            (first.state, first.version, first.created_ms),
            (State::Ready, 0, 100)
        );
        let signed = outbox
            .advance(&first, sign("a"), 110)
            .await
            .unwrap()
            .unwrap();
        let again = outbox.enqueue(&key, "other work", 200).await.unwrap();
        assert_eq!(again, signed);
        assert_eq!(again.work, "work");
        assert_eq!(
            outbox.row(&Key::new("start", "booking", 4)).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn signing_stores_signature_and_row_together() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 0);
        let row = outbox.enqueue(&key, "work", 100).await.unwrap();
        let signed = outbox.advance(&row, sign("a"), 110).await.unwrap().unwrap();
        assert_eq!(outbox.row(&key).await.unwrap().unwrap(), signed);
        assert_eq!(signed.last_valid_height, Some(4_294_967_296));
        assert_eq!(signed.transaction.as_deref(), Some(&[7, 8][..]));
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a"]);
        let in_flight = outbox.in_flight(&claim(0), 10).await.unwrap();
        assert_eq!(in_flight, std::slice::from_ref(&signed));
        assert_eq!(outbox.due(&claim(i64::MAX), 10).await.unwrap(), []);

        let expired = outbox
            .advance(&signed, Input::Expire, 120)
            .await
            .unwrap()
            .unwrap();
        let resigned = outbox
            .advance(&expired, sign("b"), 130)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(resigned.attempts, 2);
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a", "b"]);
    }
}

#[tokio::test]
async fn step_on_a_changed_row_writes_nothing() {
    for (outbox, _database) in outboxes().await {
        let key = Key::new("start", "booking", 0);
        let row = outbox.enqueue(&key, "work", 100).await.unwrap();
        let signed = outbox.advance(&row, sign("a"), 110).await.unwrap().unwrap();
        assert_eq!(outbox.advance(&row, sign("b"), 110).await.unwrap(), None);
        assert_eq!(outbox.row(&key).await.unwrap().unwrap(), signed);
        assert_eq!(outbox.signatures(&key).await.unwrap(), ["a"]);
        let error = outbox.advance(&signed, sign("c"), 110).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::WrongState {
                    input: "sign",
                    state: "signed"
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test]
async fn signature_of_another_row_rolls_the_whole_step_back() {
    for (outbox, _database) in outboxes().await {
        let one = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 100)
            .await
            .unwrap();
        let two = outbox
            .enqueue(&Key::new("b", "s", 0), "work", 100)
            .await
            .unwrap();
        outbox
            .advance(&one, sign("same"), 110)
            .await
            .unwrap()
            .unwrap();
        let error = outbox.advance(&two, sign("same"), 110).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::SignatureTaken(signature) if signature == "same"),
            "{error}"
        );
        assert!(error.is_retryable());
        assert_eq!(outbox.row(&two.key).await.unwrap().unwrap(), two);
    }
}

#[tokio::test]
async fn due_rows_come_in_order_of_creation_and_after_their_wait() {
    for (outbox, _database) in outboxes().await {
        let late = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 300)
            .await
            .unwrap();
        let early = outbox
            .enqueue(&Key::new("z", "s", 0), "work", 200)
            .await
            .unwrap();
        let refusal = Input::Refuse {
            code: Some(6_001),
            error: "no".into(),
            then: AfterRefusal::RetryAt(900),
        };
        let waiting = outbox
            .enqueue(&Key::new("m", "s", 0), "work", 100)
            .await
            .unwrap();
        let waiting = outbox
            .advance(&waiting, refusal, 100)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (waiting.code, waiting.error.as_deref()),
            (Some(6_001), Some("no"))
        );
        assert_eq!(
            outbox.due(&claim(899), 10).await.unwrap(),
            [early.clone(), late.clone()]
        );
        let first = outbox.due(&claim(899), 1).await.unwrap();
        assert_eq!(first, std::slice::from_ref(&early));
        assert_eq!(
            outbox.due(&claim(900), 10).await.unwrap(),
            [waiting, early, late]
        );
    }
}

#[tokio::test]
async fn summary_counts_states_and_the_oldest_open_row() {
    for (outbox, _database) in outboxes().await {
        assert_eq!(outbox.summary(50).await.unwrap().oldest_open_ms, 0);
        let done = outbox
            .enqueue(&Key::new("a", "s", 0), "work", 10)
            .await
            .unwrap();
        outbox
            .advance(
                &done,
                Input::Finalize {
                    signature: "x".into(),
                },
                20,
            )
            .await
            .unwrap()
            .unwrap();
        outbox
            .enqueue(&Key::new("b", "s", 0), "work", 30)
            .await
            .unwrap();
        let summary = outbox.summary(50).await.unwrap();
        assert_eq!(summary.oldest_open_ms, 20);
        let open: Vec<_> = summary
            .by_state
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect();
        assert_eq!(open, [(State::Ready, 1), (State::Finalized, 1)]);
    }
}
