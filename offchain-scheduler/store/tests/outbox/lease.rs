//! Replicas that share an outbox, and the leases on its rows.

use super::*;

#[tokio::test]
async fn rows_of_a_replica_are_free_once_its_lease_is_over() {
    for (outbox, _database) in outboxes().await {
        let mut keys = Vec::new();
        for n in 0..5u64 {
            let key = Key::new("a", n, 0);
            outbox.enqueue(&key, "work", 100).await.unwrap();
            keys.push(key);
        }
        let of = |rows: Vec<ion_store::outbox::OutboxRow>| -> Vec<Key> {
            rows.into_iter().map(|row| row.key).collect()
        };
        let one = of(outbox.due(&claim_of("one", 200), 2).await.unwrap());
        assert_eq!(one, keys[..2]);
        let two = of(outbox.due(&claim_of("two", 200), 10).await.unwrap());
        assert_eq!(two, keys[2..]);
        // Its own again, the other's not before the lease is over.
        assert_eq!(
            of(outbox.due(&claim_of("one", 200), 10).await.unwrap()),
            one
        );
        assert_eq!(
            of(outbox.due(&claim_of("two", 201), 10).await.unwrap()),
            keys
        );
        let row = outbox.row(&keys[0]).await.unwrap().unwrap();
        outbox.advance(&row, sign("a"), 210).await.unwrap().unwrap();
        assert_eq!(
            outbox.in_flight(&claim_of("one", 201), 10).await.unwrap(),
            []
        );
        assert_eq!(
            of(outbox.in_flight(&claim_of("one", 202), 10).await.unwrap()),
            keys[..1]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_take_at_the_same_time_never_take_the_same_row() {
    for (outbox, _database) in outboxes().await {
        for n in 0..60u64 {
            outbox
                .enqueue(&Key::new("a", n, 0), "work", 100)
                .await
                .unwrap();
        }
        let replicas: Vec<_> = (0..4)
            .map(|replica| {
                let outbox = outbox.clone();
                tokio::spawn(async move {
                    let claim = Claim {
                        owner: format!("r{replica}"),
                        now_ms: 200,
                        until_ms: 10_000,
                    };
                    outbox.due(&claim, 15).await.unwrap()
                })
            })
            .collect();
        let mut taken = Vec::new();
        for replica in replicas {
            taken.extend(replica.await.unwrap().into_iter().map(|row| row.key));
        }
        let unique: std::collections::BTreeSet<&Key> = taken.iter().collect();
        assert_eq!(unique.len(), taken.len());
        assert!(taken.len() >= 15);
    }
}

#[tokio::test]
async fn lease_goes_over_when_its_holder_is_silent() {
    for database in databases().await {
        let lease = async |owner: &str| {
            ion_store::Lease::open(database.store.clone(), "round", owner, 1_000)
                .await
                .unwrap()
        };
        let (one, two) = (lease("one").await, lease("two").await);
        assert!(one.take(5_000).await.unwrap());
        assert!(!two.take(5_999).await.unwrap());
        assert!(one.take(5_999).await.unwrap(), "prolonged");
        assert!(!two.take(6_998).await.unwrap());
        assert!(two.take(6_999).await.unwrap());
        assert!(!one.take(7_000).await.unwrap());
        two.give_back().await.unwrap();
        assert!(one.take(7_001).await.unwrap());
    }
}
