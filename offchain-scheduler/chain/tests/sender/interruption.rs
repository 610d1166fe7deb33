//! The sender is stopped between any two calls of its boundaries, and a fresh one goes on.

use super::support::{Bench, Trap};
use ion_chain::fake::{FINALITY_DEPTH, SubmitFault};
use ion_store::outbox::State;

/// Passes of the sender that is to be stopped; blocks run in between.
const PASSES: u32 = 12;
const SIDE_BY_SIDE: usize = 8;

/// Runs a sender that stops at crossing `at`, then a fresh one to the end. Returns whether the stop
/// happened.
async fn stop_and_resume(at: usize, faults: &[SubmitFault]) -> bool {
    let bench = Bench::new().await;
    bench.chain.plan_submissions(faults.iter().copied());
    let keys = [bench.want(b"a").await, bench.want(b"b").await];
    let trap = Trap::armed(at);
    let mut sender = bench.trapped(&trap);
    let stopped = tokio::select! {
        biased;
        () = trap.wait_sprung() => true,
        () = async {
            for _ in 0..PASSES {
                let _ = sender.tick().await;
                bench.pass(20);
            }
        } => false,
    };
    // The future is gone; a call that was on its way to the chain ends by itself, as after a kill.
    drop(sender);
    trap.release();
    // The process was away for a while: what it would sign now is another transaction.
    bench.pass(3);
    bench.finish(&keys).await;

    let effects = bench.chain.effects();
    assert_eq!(
        effects,
        [(b"a".to_vec(), 1), (b"b".to_vec(), 1)].into(),
        "stopped at crossing {at}"
    );
    for key in &keys {
        assert_eq!(
            bench.row(key).await.state,
            State::Finalized,
            "stopped at crossing {at}"
        );
    }
    stopped
}

/// Stops at every crossing there is, several runs side by side; returns how many there are.
async fn stop_everywhere(faults: &'static [SubmitFault]) -> usize {
    let mut first = 0;
    loop {
        let runs: Vec<_> = (first..first + SIDE_BY_SIDE)
            .map(|at| tokio::spawn(stop_and_resume(at, faults)))
            .collect();
        for (run, at) in runs.into_iter().zip(first..) {
            if !run.await.unwrap() {
                return at;
            }
        }
        first += SIDE_BY_SIDE;
    }
}

#[tokio::test]
async fn stop_at_any_call_of_a_smooth_run_loses_and_doubles_nothing() {
    let crossings = stop_everywhere(&[]).await;
    // Two rows: each is read, simulated, signed, sent, followed; before and after each call.
    assert!(crossings > 60, "{crossings}");
}

#[tokio::test]
async fn stop_at_any_call_with_lost_and_doubled_submissions_loses_and_doubles_nothing() {
    const FAULTS: &[SubmitFault] = &[
        SubmitFault::Drop,
        SubmitFault::RefuseButDeliver,
        SubmitFault::Drop,
        SubmitFault::Duplicate(3 * FINALITY_DEPTH),
        SubmitFault::Delay(7),
    ];
    assert!(stop_everywhere(FAULTS).await > 60);
}

#[tokio::test]
async fn stop_at_any_call_while_a_blockhash_dies_loses_and_doubles_nothing() {
    assert!(stop_everywhere(&[SubmitFault::Drop; 12]).await > 60);
}
