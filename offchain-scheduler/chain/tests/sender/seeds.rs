//! Seeds of random faults: every plan of them ends with each effect exactly once.

use super::support::Bench;
use ion_chain::fake::{StatusFault, SubmitFault};
use ion_store::outbox::State;

/// Every fault plan of a seed ends with each effect exactly once.
#[tokio::test]
async fn random_faults_lose_and_double_nothing() {
    for seed in 0..60u64 {
        let bench = Bench::new().await;
        let mut random = SplitMix(seed);
        bench
            .chain
            .plan_submissions((0..30).map(|_| random.submit_fault()));
        // A node may deny once, not twice in a row: that is what `absence_checks` is set for.
        let mut statuses = Vec::new();
        for _ in 0..60 {
            statuses.push(random.status_fault());
            if statuses.last() == Some(&StatusFault::Forget) {
                statuses.extend([StatusFault::Honest; 2]);
            }
        }
        bench.chain.plan_statuses(statuses);
        let mut keys = Vec::new();
        for n in 0..6u8 {
            keys.push(bench.want(&[n]).await);
        }
        bench.finish(&keys).await;
        let effects = bench.chain.effects();
        assert_eq!(effects.len(), 6, "seed {seed}");
        assert!(
            effects.values().all(|times| *times == 1),
            "seed {seed}: {effects:?}"
        );
        for key in &keys {
            assert_eq!(bench.row(key).await.state, State::Finalized, "seed {seed}");
        }
    }
}

struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn submit_fault(&mut self) -> SubmitFault {
        match self.next(8) {
            0 | 1 => SubmitFault::Drop,
            2 => SubmitFault::Refuse,
            3 => SubmitFault::RefuseButDeliver,
            4 => SubmitFault::RejectButDeliver,
            5 => SubmitFault::Delay(self.next(400)),
            6 => SubmitFault::Duplicate(self.next(200)),
            _ => SubmitFault::Deliver,
        }
    }

    fn status_fault(&mut self) -> StatusFault {
        match self.next(8) {
            0 => StatusFault::Unreachable,
            1 => StatusFault::Forget,
            2 => StatusFault::SeeGhosts,
            _ => StatusFault::Honest,
        }
    }
}
