//! The payout tree: building, voting, acceptance, and a watch over what was accepted
//! (economics §10.5).

use std::sync::Arc;

use ide::state::{Epoch, EpochState};
use ion_claims::Root;
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::params::ide as param;
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use ion_observation::{Candidate, Key};
use ion_report::{EpochBundle, Hire, PayoutBundle, PayoutReport, SealedDay, SealedTotals};

use super::{
    VerifierError, attest::proposal_name, ballot::Ballot, engine::EngineInWork,
    epochs::EngineBench, state::Verifier,
};
use crate::chain_view::read;

const KIND: ReportKind = ReportKind::PayoutRoot;
/// Most days that one root adds.
const MAX_DAYS: u64 = 64;

/// A sealed day with what its division needs.
pub(super) struct PaidDay {
    totals: SealedTotals,
    report: EpochBundle,
    hire: Hire,
}

impl PaidDay {
    pub(super) fn facts(days: &[Arc<Self>], through: u64) -> Vec<SealedDay<'_>> {
        days.iter()
            .filter(|day| day.totals.day <= through)
            .map(|day| SealedDay {
                totals: day.totals,
                report: &day.report,
                hire: &day.hire,
            })
            .collect()
    }
}

impl Verifier {
    /// One round over the payout tree.
    pub(super) async fn attest_payouts(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
    ) -> Result<(), VerifierError> {
        let Some(roots) = read(&self.ledger, |ledger| ledger.payout_roots()).await? else {
            return Ok(());
        };
        let ring = &roots.ring;
        self.watch_payouts(bench, ring, view).await?;
        let newest = ring.newest_accepted().copied();
        let interval = view.value(&param::ROOT_INTERVAL);
        if newest.is_some_and(|root| view.now < root.accepted_at.saturating_add(interval)) {
            return Ok(());
        }
        let first = first_after(newest.as_ref().map(|root| root.through), view);
        let end = view
            .state
            .engine
            .next_day
            .min(first.saturating_add(MAX_DAYS));
        let Some(through) = end.checked_sub(1).filter(|last| *last >= first) else {
            return Ok(());
        };
        bench.paid.retain(|day, _| *day >= first);
        let Some(days) = self.paid_days(bench, first, through).await? else {
            return Ok(());
        };
        let address = addresses::ide::roots();
        let ttl = view.value(&param::REPORT_TTL);
        let next = self
            .next_seq(KIND, address, ring.head_seq, ttl, view.now)
            .await?;
        let Some(seq) = next else {
            return Ok(());
        };
        let Some(previous) = self.payout_bundle_of(bench, newest.as_ref()).await? else {
            return Ok(());
        };
        let own = self
            .own_payouts(
                bench,
                previous.as_deref(),
                &days,
                (seq, through, newest.map_or(0, |root| root.seq)),
            )
            .await?;
        let before = previous.as_deref().map_or(&[][..], |one| &one.rows);
        if own.bundle.rows == before {
            // Days that paid and owed nothing add nothing to the tree.
            return Ok(());
        }
        let poll = read(&self.ledger, move |ledger| ledger.poll(KIND, &address, seq)).await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            let Some(root) = self.payout_root(seq, &payload).await? else {
                return Ok(());
            };
            return self
                .crank("accept_payout_root", "ide", seq, || {
                    ix::accept_payout_root(seq, &root)
                })
                .await;
        }
        let mut candidates = Vec::new();
        if let Some(poll) = poll
            .as_ref()
            .filter(|poll| poll.set_version == view.set.version)
        {
            for (payload, votes) in poll.counted() {
                let is_sound = self
                    .is_sound_payout(previous.as_deref(), &days, seq, &payload)
                    .await?;
                candidates.push(Candidate {
                    payload,
                    votes,
                    is_sound,
                });
            }
        }
        self.cast(Ballot {
            kind: KIND,
            subject: address,
            seq,
            set: view.set,
            poll: poll.as_ref(),
            own: Some(own.vote(&address.to_bytes(), seq)),
            candidates,
        })
        .await
    }

    /// Sealed days with evidence and hire; `None` while something of them cannot be read.
    pub(super) async fn paid_days(
        &self,
        bench: &mut EngineBench,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<Arc<PaidDay>>>, VerifierError> {
        let mut days = Vec::new();
        for day in first..=last {
            let known = match bench.paid.get(&day) {
                Some(known) => Some(known.clone()),
                None => self.paid_day(day).await?.map(Arc::new),
            };
            let Some(known) = known else {
                return Ok(None);
            };
            bench.paid.insert(day, known.clone());
            days.push(known);
        }
        Ok(Some(days))
    }

    async fn paid_day(&self, day: u64) -> Result<Option<PaidDay>, VerifierError> {
        let Some(epoch) = read(&self.ledger, move |ledger| ledger.epoch(day))
            .await?
            .filter(|epoch| epoch.state == EpochState::Sealed.code())
        else {
            return Ok(None);
        };
        let Some(report) = self.attested_epoch(&epoch).await? else {
            tracing::warn!(period = day, "evidence of a sealed day is missing");
            return Ok(None);
        };
        let Some(hire) = self.hire_of(&epoch).await? else {
            tracing::warn!(period = day, "deposits of a sealed day are not all known");
            return Ok(None);
        };
        Ok(Some(PaidDay {
            totals: totals_of(&epoch),
            report,
            hire,
        }))
    }

    /// Evidence of the report that a day was sealed with.
    async fn attested_epoch(&self, epoch: &Epoch) -> Result<Option<EpochBundle>, VerifierError> {
        let seq = epoch.report_seq();
        let poll = read(&self.ledger, move |ledger| {
            ledger.poll(ReportKind::EpochReport, &ide::ID, seq)
        })
        .await?;
        let Some(payload) = poll.and_then(|poll| poll.attested) else {
            return Ok(None);
        };
        let Some(report) = self.epoch_payload(seq, &payload).await? else {
            return Ok(None);
        };
        self.epoch_bundle(&report.bundle).await
    }

    /// Hire of a sealed day, once the deposits found are all of them.
    async fn hire_of(&self, epoch: &Epoch) -> Result<Option<Hire>, VerifierError> {
        let day = epoch.day;
        if epoch.hire_due_usd_micros == 0 {
            return Ok(Some(Hire::new()));
        }
        let hire = read(&self.ledger, move |ledger| ledger.hire(day)).await?;
        let sum = hire
            .values()
            .try_fold(0_u64, |sum, part| sum.checked_add(*part));
        Ok((sum == Some(epoch.hire_due_usd_micros)).then_some(hire))
    }

    /// The own next root, stored before anybody can vote for it; `place` is its sequence, its last
    /// day and the sequence of the root before it.
    async fn own_payouts(
        &self,
        bench: &mut EngineBench,
        previous: Option<&PayoutBundle>,
        days: &[Arc<PaidDay>],
        place: (u64, u64, u64),
    ) -> Result<Arc<PayoutReport>, VerifierError> {
        if let Some((of, report)) = &bench.root
            && *of == place
        {
            return Ok(report.clone());
        }
        let (seq, through, _) = place;
        let ring = addresses::ide::roots().to_bytes();
        let report = PayoutBundle::build(previous, &PaidDay::facts(days, through))
            .and_then(|bundle| PayoutReport::new(bundle, &ring))
            .map_err(VerifierError::Report)?;
        let report = Arc::new(report);
        let bytes = borsh::to_vec(&report.bundle).map_err(|_| VerifierError::Encoding)?;
        let hash = hex::encode(report.payload.bundle);
        self.put(format!("bundles/{hash}"), bytes).await?;
        let vote = report.vote(&ring, seq);
        let name = proposal_name(KIND, seq, &vote);
        self.put(name, report.payload.encode().to_vec()).await?;
        tracing::info!(
            period = seq,
            through,
            leaves = report.payload.leaf_count,
            "payout tree built"
        );
        bench.root = Some((place, report.clone()));
        Ok(report)
    }

    /// The payload behind a hash, if it is stored and hashes to it.
    async fn payout_root(
        &self,
        seq: u64,
        payload: &Key,
    ) -> Result<Option<PayoutRoot>, VerifierError> {
        let ring = addresses::ide::roots().to_bytes();
        let bytes = self.stored_payload(KIND, &ring, seq, payload).await?;
        Ok(bytes.and_then(|bytes| PayoutRoot::decode(&bytes)))
    }

    /// Whether a payload is the tree of the sealed days up to some of them.
    async fn is_sound_payout(
        &self,
        previous: Option<&PayoutBundle>,
        days: &[Arc<PaidDay>],
        seq: u64,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        let Some(root) = self.payout_root(seq, payload).await? else {
            return Ok(false);
        };
        if !days.iter().any(|day| day.totals.day == root.through_epoch) {
            return Ok(false);
        }
        let ring = addresses::ide::roots().to_bytes();
        let rebuilt = PayoutBundle::build(previous, &PaidDay::facts(days, root.through_epoch))
            .and_then(|bundle| PayoutReport::new(bundle, &ring));
        Ok(rebuilt.is_ok_and(|report| report.payload == root))
    }

    /// The bundle of an accepted root: `Some(None)` before the first one, `None` while it cannot be
    /// found.
    async fn payout_bundle_of(
        &self,
        bench: &mut EngineBench,
        root: Option<&Root>,
    ) -> Result<Option<Option<Arc<PayoutBundle>>>, VerifierError> {
        let Some(root) = root else {
            return Ok(Some(None));
        };
        if let Some((seq, bundle)) = &bench.accepted
            && *seq == root.seq
        {
            return Ok(Some(Some(bundle.clone())));
        }
        let found = self.find_payouts(root).await?.map(Arc::new);
        if let Some(bundle) = &found {
            bench.accepted = Some((root.seq, bundle.clone()));
        } else {
            tracing::warn!(
                period = root.seq,
                "bundle of an accepted payout root is missing"
            );
        }
        Ok(found.map(Some))
    }

    /// The stored bundle of an accepted root.
    pub(super) async fn find_payouts(
        &self,
        root: &Root,
    ) -> Result<Option<PayoutBundle>, VerifierError> {
        for name in self
            .list(format!("reports/{}/{}", KIND.to_u8(), root.seq))
            .await?
        {
            let bytes = self.get(name).await?.unwrap_or_default();
            let Some(payload) =
                PayoutRoot::decode(&bytes).filter(|payload| payload.root == root.hash)
            else {
                continue;
            };
            if let Some(bundle) = self.payout_bundle(&payload.bundle).await? {
                return Ok(Some(bundle));
            }
        }
        Ok(None)
    }

    /// A bundle by its hash.
    async fn payout_bundle(&self, hash: &Key) -> Result<Option<PayoutBundle>, VerifierError> {
        let bytes = self.get(format!("bundles/{}", hex::encode(hash))).await?;
        Ok(bytes
            .and_then(|bytes| PayoutBundle::decode(&bytes).ok())
            .filter(|bundle| bundle.hash() == *hash))
    }
}

/// First day that a root adds to the one before it.
pub(super) fn first_after(through: Option<u64>, view: &EngineInWork<'_>) -> u64 {
    through.map_or_else(
        || view.state.first_ide_day(),
        |through| through.saturating_add(1),
    )
}

/// Totals of a sealed day as the division takes them.
fn totals_of(epoch: &Epoch) -> SealedTotals {
    let (today, late) = (&epoch.paid_obligation, &epoch.paid_arrears);
    SealedTotals {
        day: epoch.day,
        // Both are parts of one supply, so the sums fit.
        obligation_io: today.reward_io.saturating_add(today.fee_io),
        obligation_usdc: today.usdc,
        short_usd_micros: epoch.short_usd_micros,
        arrears_io: late.reward_io.saturating_add(late.fee_io),
        arrears_usdc: late.usdc,
        arrears_paid_usd_micros: late.paid_usd_micros,
    }
}
