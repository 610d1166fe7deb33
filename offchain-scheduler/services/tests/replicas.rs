//! Several replicas of one verifier on one database, SQLite and PostgreSQL.

mod support;

use std::sync::Arc;

use ion_protocol::{Domain, EnvelopeError, Heartbeat};
use ion_services::verifier::{
    Arrival, JournalError, LifeRules, NotTaken, StoredChallenge, VerifierError,
};
use ion_store::Store;
use ion_test_postgres::databases;
use support::*;

const DEVICE: [u8; 32] = [60; 32];

fn challenge(nonce: u8) -> StoredChallenge {
    StoredChallenge {
        device: address_of(DEVICE),
        challenge: ion_challenge::Challenge {
            genesis_hash: GENESIS,
            verifier: member_key(0).verifying_key().to_bytes(),
            device: DEVICE,
            nonce: [nonce; 32],
            blockhash: [2; 32],
            n: 8,
            rounds: 1,
            openings: 1,
            secret_hash: [0; 32],
        },
        secret: [0; 32],
        commitment: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_is_taken_by_one_replica_only() {
    for database in databases().await {
        let chain = memory_chain();
        let dir = tempfile::tempdir().unwrap();
        let mut replicas = Vec::new();
        for name in ["a", "b"] {
            let store = Store::open(&database.url).await.unwrap();
            let verifier = make_verifier_on(store, chain.clone(), 0, dir.path(), |settings| {
                settings.verifier.replica = name.into();
            })
            .await;
            replicas.push(Arc::new(verifier));
        }
        let message = Heartbeat {
            boot: [0; 16],
            draining: false,
            claims: vec![],
        };
        let address = address_of(DEVICE);
        replicas[0]
            .count_heartbeat(&DEVICE, &address, 5, START, &message)
            .await
            .unwrap();
        let replayed = replicas[1]
            .count_heartbeat(&DEVICE, &address, 5, START, &message)
            .await;
        assert!(matches!(
            replayed,
            Err(VerifierError::Journal(JournalError::Sequence(
                EnvelopeError::Replayed(5)
            )))
        ));
        // The same request at both at the same time, again and again: one takes it.
        let rules = LifeRules {
            degraded_after: 3,
            down_after: 7,
        };
        for sequence in 6..40 {
            let tries: Vec<_> = replicas
                .iter()
                .map(|replica| {
                    let journal = replica.journal.clone();
                    let arrival = Arrival {
                        subject: DEVICE,
                        domain: Domain::Heartbeat,
                        sequence,
                        life: None,
                    };
                    tokio::spawn(async move { journal.take(&[arrival], rules).await.unwrap() })
                })
                .collect();
            let mut results = Vec::new();
            for one in tries {
                results.extend(one.await.unwrap());
            }
            let taken = results.iter().filter(|result| result.is_ok()).count();
            assert_eq!(taken, 1, "sequence {sequence}: {results:?}");
            assert!(results.contains(&Err(NotTaken::Sequence(EnvelopeError::Replayed(sequence)))));
        }
    }
}

#[tokio::test]
async fn challenges_of_a_replica_are_its_own_while_it_lives() {
    for database in databases().await {
        let chain = memory_chain();
        put_device(&chain, DEVICE, 0);
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&database.url).await.unwrap();
        let b = make_verifier_on(store, chain.clone(), 0, dir.path(), |settings| {
            settings.verifier.replica = "b".into();
        })
        .await;
        let now_ms = ion_store::Clock::now_ms(&ion_store::SystemClock);
        b.journal
            .issue_as("a", true, &challenge(1), START)
            .await
            .unwrap();
        b.journal
            .issue_as("b", true, &challenge(2), START)
            .await
            .unwrap();
        b.journal.renew_replica("a", now_ms + 60_000).await.unwrap();
        // B starts: it ends what an earlier run of its own left, nothing of A's.
        b.end_interrupted_trials(START, true).await.unwrap();
        let left = b.journal.unfinished().await.unwrap();
        assert_eq!(left, [challenge(1)]);
        b.renew_replica(START).await.unwrap();
        assert_eq!(b.journal.unfinished().await.unwrap(), [challenge(1)]);
        // A is silent for longer than its lease.
        b.journal.renew_replica("a", now_ms - 1).await.unwrap();
        b.renew_replica(START).await.unwrap();
        assert_eq!(b.journal.unfinished().await.unwrap(), []);
    }
}

#[tokio::test]
async fn rounds_are_done_by_one_replica_at_a_time() {
    for database in databases().await {
        let chain = memory_chain();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&database.url).await.unwrap();
        let verifier = make_verifier_on(store, chain, 0, dir.path(), |_| {}).await;
        let a = verifier.journal.lease("reports", "a", 1_000).await.unwrap();
        let b = verifier.journal.lease("reports", "b", 1_000).await.unwrap();
        assert!(a.take(10_000).await.unwrap());
        assert!(!b.take(10_500).await.unwrap());
        assert!(b.take(11_000).await.unwrap());
        assert!(!a.take(11_001).await.unwrap());
    }
}
