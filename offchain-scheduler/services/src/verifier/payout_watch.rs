//! A watch over accepted payout roots that can still be vetoed.

use ion_claims::{Ring, Root, RootState};
use ion_client::addresses;
use ion_report::{PayoutBundle, PayoutReport};

use super::{
    VerifierError,
    engine::EngineInWork,
    epochs::EngineBench,
    payouts::{PaidDay, first_after},
    state::Verifier,
};

impl Verifier {
    /// Rebuilds each accepted root that can still be vetoed from its evidence, and raises the alarm
    /// where that gives another one, or where it stands on a root that was vetoed since.
    pub(super) async fn watch_payouts(
        &self,
        bench: &mut EngineBench,
        ring: &Ring,
        view: &EngineInWork<'_>,
    ) -> Result<(), VerifierError> {
        let pending: Vec<Root> = ring
            .roots
            .iter()
            .filter(|root| root.seq != 0 && root.state(view.now) == RootState::Pending)
            .copied()
            .collect();
        bench
            .checked
            .retain(|(seq, _), _| pending.iter().any(|root| root.seq == *seq));
        let mut doubtful = 0;
        for root in &pending {
            let before = before(ring, root);
            let key = (root.seq, before.map_or(0, |root| root.seq));
            if bench.checked.get(&key) == Some(&true) {
                continue;
            }
            let is_sound = self.is_payout_rebuilt(root, before.as_ref(), view).await?;
            if !is_sound && !bench.checked.contains_key(&key) {
                tracing::error!(
                    period = root.seq,
                    "accepted payout root cannot be rebuilt; veto it"
                );
            }
            bench.checked.insert(key, is_sound);
            doubtful += u64::from(!is_sound);
        }
        let help = "Accepted payout roots that can be vetoed and cannot be rebuilt.";
        self.metrics
            .set("verifier_payout_roots_doubtful", help, &[], doubtful);
        Ok(())
    }

    async fn is_payout_rebuilt(
        &self,
        root: &Root,
        before: Option<&Root>,
        view: &EngineInWork<'_>,
    ) -> Result<bool, VerifierError> {
        let Some(bundle) = self.find_payouts(root).await? else {
            return Ok(false);
        };
        let previous = match before {
            Some(before) => match self.find_payouts(before).await? {
                Some(previous) => Some(previous),
                None => return Ok(false),
            },
            None => None,
        };
        if bundle.previous != previous.as_ref().map(PayoutBundle::hash) {
            return Ok(false);
        }
        let first = first_after(previous.as_ref().map(|one| one.through_epoch), view);
        // Apart from the one in use, so that what it remembers stays.
        let mut aside = EngineBench::default();
        let days = self
            .paid_days(&mut aside, first, bundle.through_epoch)
            .await?;
        let Some(days) = days else {
            return Ok(false);
        };
        let ring = addresses::ide::roots().to_bytes();
        let facts = PaidDay::facts(&days, bundle.through_epoch);
        let rebuilt = PayoutBundle::build(previous.as_ref(), &facts)
            .and_then(|bundle| PayoutReport::new(bundle, &ring));
        Ok(rebuilt.is_ok_and(|report| report.bundle == bundle && report.payload.root == root.hash))
    }
}

/// The root that an accepted one stands on: the newest before it that is not vetoed. The ring keeps
/// it as long as the accepted one can be vetoed.
fn before(ring: &Ring, root: &Root) -> Option<Root> {
    ring.roots
        .iter()
        .filter(|one| one.seq != 0 && one.seq < root.seq && one.vetoed_at == 0)
        .max_by_key(|one| one.seq)
        .copied()
}
