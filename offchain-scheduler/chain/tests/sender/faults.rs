//! The sender against a chain that loses, delays, doubles and denies.

use super::support::{BENIGN_CODE, Bench};
use ion_chain::{
    Tick,
    fake::{BLOCKHASH_LIFE, FINALITY_DEPTH, StatusFault, SubmitFault},
};
use ion_store::outbox::{Key, OutboxStore, State};

fn tick() -> Tick {
    Tick::default()
}

#[tokio::test]
async fn wanted_effect_lands_once_and_is_final() {
    let bench = Bench::new().await;
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            signed: 1,
            ..tick()
        }
    );
    let sent = bench.row(&key).await;
    assert_eq!((sent.state, sent.attempts), (State::Sent, 1));
    assert_eq!(
        bench.store.signatures(&key).await.unwrap(),
        [sent.signature.clone().unwrap()]
    );

    bench.pass(1);
    assert!(sender.tick().await.unwrap().is_idle(), "landed, not final");
    bench.pass(FINALITY_DEPTH);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            finalized: 1,
            ..tick()
        }
    );
    let row = bench.row(&key).await;
    assert_eq!(
        (row.state, &row.signature),
        (State::Finalized, &sent.signature)
    );
    bench.want(b"a").await;
    assert!(
        sender.tick().await.unwrap().is_idle(),
        "wanted again under the same key"
    );
    assert_eq!(bench.chain.effects(), [(b"a".to_vec(), 1)].into());
}

#[tokio::test]
async fn lost_submission_goes_out_again_with_the_same_signature() {
    let bench = Bench::new().await;
    bench
        .chain
        .plan_submissions([SubmitFault::Drop, SubmitFault::Drop]);
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    assert!(
        sender.tick().await.unwrap().is_idle(),
        "no resend before the wait is over"
    );
    bench.pass(10);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            resent: 1,
            ..tick()
        }
    );
    bench.finish(std::slice::from_ref(&key)).await;
    assert_eq!(
        (
            bench.row(&key).await.attempts,
            bench.chain.effects()[b"a".as_slice()]
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn dead_blockhash_is_signed_again_only_after_two_denials() {
    let bench = Bench::new().await;
    bench.chain.plan_submissions([SubmitFault::Drop; 100]);
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    bench.pass(BLOCKHASH_LIFE + FINALITY_DEPTH);
    sender.tick().await.unwrap();
    assert_eq!(
        bench.row(&key).await.absences,
        0,
        "finalized height equals the last valid one: not dead yet"
    );
    bench.pass(1);
    assert!(sender.tick().await.unwrap().is_idle());
    assert_eq!(
        (bench.row(&key).await.state, bench.row(&key).await.absences),
        (State::Sent, 1)
    );
    let pass = sender.tick().await.unwrap();
    assert_eq!(
        pass,
        Tick {
            expired: 1,
            signed: 1,
            ..tick()
        }
    );
    assert_eq!(bench.row(&key).await.attempts, 2);
    bench.chain.plan_submissions([]);
    bench.finish(std::slice::from_ref(&key)).await;
    assert_eq!(bench.store.signatures(&key).await.unwrap().len(), 2);
    assert_eq!(bench.chain.effects()[b"a".as_slice()], 1);
}

#[tokio::test]
async fn landing_at_the_last_valid_height_is_not_taken_for_dead() {
    let bench = Bench::new().await;
    // The last submission lands in the last block that its blockhash allows.
    bench
        .chain
        .plan_submissions([SubmitFault::Delay(BLOCKHASH_LIFE - 1)]);
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    bench.pass(BLOCKHASH_LIFE + FINALITY_DEPTH + 1);
    // The first answer is one of before the landing.
    bench.chain.plan_statuses([StatusFault::Forget]);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            finalized: 1,
            ..tick()
        }
    );
    assert_eq!(
        (
            bench.row(&key).await.attempts,
            bench.chain.effects()[b"a".as_slice()]
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn one_false_denial_does_not_double_the_effect() {
    let bench = Bench::new().await;
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    bench.pass(BLOCKHASH_LIFE + FINALITY_DEPTH + 1);
    bench
        .chain
        .plan_statuses([StatusFault::Forget, StatusFault::Forget]);
    assert!(sender.tick().await.unwrap().is_idle());
    assert_eq!(bench.row(&key).await.absences, 1);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            finalized: 1,
            ..tick()
        }
    );
    assert_eq!(bench.chain.effects()[b"a".as_slice()], 1);
}

#[tokio::test]
async fn earlier_signature_that_turns_up_ends_the_row() {
    let bench = Bench::new().await;
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    bench.pass(BLOCKHASH_LIFE + FINALITY_DEPTH + 1);
    // Four false denials: the row is given up although it landed …
    bench.chain.plan_statuses([StatusFault::Forget; 4]);
    sender.tick().await.unwrap();
    let pass = sender.tick().await.unwrap();
    // … and the look at the earlier signature before signing anew finds it.
    assert_eq!(
        pass,
        Tick {
            expired: 1,
            finalized: 1,
            ..tick()
        }
    );
    assert_eq!(
        (
            bench.row(&key).await.attempts,
            bench.chain.effects()[b"a".as_slice()]
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn ghost_sighting_delays_and_loses_nothing() {
    let bench = Bench::new().await;
    bench.chain.plan_submissions([SubmitFault::Drop]);
    bench.chain.plan_statuses([StatusFault::SeeGhosts; 5]);
    let key = bench.want(b"a").await;
    bench.finish(&[key]).await;
    assert_eq!(bench.chain.effects()[b"a".as_slice()], 1);
}

#[tokio::test]
async fn benign_refusal_closes_the_row() {
    let bench = Bench::new().await;
    bench.chain.refuse(b"a", BENIGN_CODE, 1);
    let key = bench.want(b"a").await;
    assert_eq!(
        bench.sender().tick().await.unwrap(),
        Tick {
            rejected: 1,
            ..tick()
        }
    );
    let row = bench.row(&key).await;
    assert_eq!(
        (row.state, row.code, row.failures),
        (State::Rejected, Some(BENIGN_CODE), 0)
    );
    assert_eq!(bench.chain.submissions(), 0);
}

#[tokio::test]
async fn other_refusals_wait_longer_each_time_and_then_stop() {
    let bench = Bench::new().await;
    bench.chain.refuse(b"a", 6_001, u32::MAX);
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            refused: 1,
            ..tick()
        }
    );
    assert_eq!(bench.row(&key).await.not_before_ms, 1_000 + 1_000);
    assert!(sender.tick().await.unwrap().is_idle());
    bench.clock_to(2_000);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            refused: 1,
            ..tick()
        }
    );
    assert_eq!(bench.row(&key).await.not_before_ms, 2_000 + 2_000);
    bench.clock_to(4_000);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            poisoned: 1,
            ..tick()
        }
    );
    let row = bench.row(&key).await;
    assert_eq!(
        (row.state, row.code, row.failures),
        (State::Poison, Some(6_001), 3)
    );
    bench.clock_to(1_000_000);
    assert!(sender.tick().await.unwrap().is_idle());
    assert_eq!(bench.chain.submissions(), 0);

    bench.chain.refuse(b"a", 6_001, 0);
    bench.outbox().revive(&key).await.unwrap().unwrap();
    bench.finish(&[key]).await;
    assert_eq!(bench.chain.effects()[b"a".as_slice()], 1);
}

#[tokio::test]
async fn refusal_on_chain_counts_and_the_next_signature_succeeds() {
    let bench = Bench::new().await;
    let key = bench.want(b"a").await;
    let mut sender = bench.sender();
    sender.tick().await.unwrap();
    bench.chain.refuse(b"a", 6_001, 1);
    bench.pass(1 + FINALITY_DEPTH);
    assert_eq!(
        sender.tick().await.unwrap(),
        Tick {
            refused: 1,
            ..tick()
        }
    );
    bench.finish(std::slice::from_ref(&key)).await;
    let row = bench.row(&key).await;
    assert_eq!(
        (row.state, row.attempts, row.failures),
        (State::Finalized, 2, 1)
    );
    assert_eq!(bench.chain.effects()[b"a".as_slice()], 1);
}

#[tokio::test]
async fn transaction_that_cannot_be_built_stops_at_once() {
    let bench = Bench::new().await;
    let large = vec![7; 1_200];
    let key = bench.want(&large).await;
    assert_eq!(
        bench.sender().tick().await.unwrap(),
        Tick {
            poisoned: 1,
            ..tick()
        }
    );
    assert_eq!(bench.row(&key).await.state, State::Poison);

    let stranger = Key::new("effect", "stranger", 0);
    let mut instruction = bench.instruction(b"s");
    instruction.accounts[0].pubkey = solana_pubkey::Pubkey::new_from_array([5; 32]);
    bench
        .outbox()
        .enqueue(&stranger, &[instruction])
        .await
        .unwrap();
    assert_eq!(
        bench.sender().tick().await.unwrap(),
        Tick {
            poisoned: 1,
            ..tick()
        }
    );
    assert!(
        bench
            .row(&stranger)
            .await
            .error
            .unwrap()
            .contains("no key for signer")
    );
}

#[tokio::test]
async fn row_that_the_node_refuses_to_hear_of_holds_up_nobody() {
    let bench = Bench::new().await;
    bench.chain.refuse_to_simulate(b"a");
    let (stuck, free) = (bench.want(b"a").await, bench.want(b"b").await);
    assert_eq!(
        bench.sender().tick().await.unwrap(),
        Tick {
            signed: 1,
            ..tick()
        }
    );
    let row = bench.row(&stuck).await;
    assert_eq!(
        (row.state, row.failures, row.not_before_ms),
        (State::Ready, 0, 2_000)
    );
    assert_eq!(
        row.error.as_deref(),
        Some("the node refused: invalid params")
    );
    assert_eq!(bench.row(&free).await.state, State::Sent);
}

#[tokio::test]
async fn rows_in_flight_are_bounded() {
    let mut bench = Bench::new().await;
    bench.settings.max_in_flight = 2;
    let mut keys = Vec::new();
    for n in 0..5u8 {
        keys.push(bench.want(&[n]).await);
    }
    let mut sender = bench.sender();
    assert_eq!(sender.tick().await.unwrap().signed, 2);
    assert_eq!(sender.tick().await.unwrap().signed, 0);
    bench.finish(&keys).await;
    assert!(bench.chain.effects().values().all(|times| *times == 1));
    assert_eq!(bench.chain.effects().len(), 5);
}
