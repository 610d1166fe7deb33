//! The payout tree: its facts, the time of its roots, and their acceptance (economics §10.5).

use std::{collections::BTreeMap, sync::Arc};

use ide::state::{Epoch, EpochState};
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::params::ide as param;
use ion_merkle::{earnings::PayoutRoot, report::ReportKind};
use ion_observation::Key;
use ion_report::{
    EpochBundle, Hire, PayoutBundle, PayoutReport, ReportError, SealedDay, SealedTotals,
};
use solana_pubkey::Pubkey;

use super::{
    VerifierError,
    engine::EngineInWork,
    epochs::EngineBench,
    state::Verifier,
    trees::{EarningsTree, NextTree, TreeTerms},
};
use crate::chain_view::{EngineState, RootsView, read};

/// Most days that one root adds.
const MAX_DAYS: u64 = 64;

/// A sealed day with what its division needs.
pub(super) struct PaidDay {
    totals: SealedTotals,
    report: EpochBundle,
    hire: Hire,
}

/// The tree of payouts: its facts are sealed days.
pub(super) struct PayoutTree;

impl EarningsTree for PayoutTree {
    type Bundle = PayoutBundle;
    type Payload = PayoutRoot;
    type Report = PayoutReport;
    type Facts = Arc<PaidDay>;
    type World = EngineState;

    const KIND: ReportKind = ReportKind::PayoutRoot;
    const NAME: &'static str = "payout";
    const DOUBTFUL: (&'static str, &'static str) = (
        "verifier_payout_roots_doubtful",
        "Accepted payout roots that can be vetoed and cannot be rebuilt.",
    );

    fn ring() -> Pubkey {
        addresses::ide::roots()
    }

    fn decode(bytes: &[u8]) -> Option<PayoutRoot> {
        PayoutRoot::decode(bytes)
    }

    fn encode(payload: &PayoutRoot) -> Vec<u8> {
        payload.encode().to_vec()
    }

    fn terms(payload: &PayoutRoot) -> TreeTerms {
        TreeTerms {
            root: payload.root,
            leaf_count: payload.leaf_count,
            through: payload.through_epoch,
            bundle: payload.bundle,
        }
    }

    fn decode_bundle(bytes: &[u8]) -> Option<PayoutBundle> {
        PayoutBundle::decode(bytes).ok()
    }

    fn hash(bundle: &PayoutBundle) -> Key {
        bundle.hash()
    }

    fn previous(bundle: &PayoutBundle) -> Option<Key> {
        bundle.previous
    }

    fn through(bundle: &PayoutBundle) -> u64 {
        bundle.through_epoch
    }

    fn period(day: &Arc<PaidDay>) -> u64 {
        day.totals.day
    }

    /// Every day adds one fact, so the last one of `days` is the last day.
    fn build(
        previous: Option<&PayoutBundle>,
        days: &[&Arc<PaidDay>],
        _: u64,
    ) -> Result<PayoutReport, ReportError> {
        let days: Vec<SealedDay<'_>> = days
            .iter()
            .map(|day| SealedDay {
                totals: day.totals,
                report: &day.report,
                hire: &day.hire,
            })
            .collect();
        let bundle = PayoutBundle::build(previous, &days)?;
        PayoutReport::new(bundle, &Self::ring().to_bytes())
    }

    fn payload(report: &PayoutReport) -> &PayoutRoot {
        &report.payload
    }

    fn bundle(report: &PayoutReport) -> &PayoutBundle {
        &report.bundle
    }

    fn start(engine: &EngineState) -> u64 {
        engine.first_ide_day()
    }

    async fn facts(
        verifier: &Verifier,
        _: &EngineState,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<Arc<PaidDay>>>, VerifierError> {
        verifier.paid_days(&mut BTreeMap::new(), first, last).await
    }
}

impl Verifier {
    /// One round over the payout tree.
    pub(super) async fn attest_payouts(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
    ) -> Result<(), VerifierError> {
        let Some(ring) = read(&self.ledger, |ledger| ledger.payout_roots()).await? else {
            return Ok(());
        };
        let roots = RootsView::of_ring(&ring.ring);
        let world = view.state.clone();
        self.watch_tree(&mut bench.tree, &roots, &world, view.now)
            .await?;
        let newest = roots.newest().copied();
        let interval = view.value(&param::ROOT_INTERVAL);
        if newest.is_some_and(|root| view.now < root.accepted_at.saturating_add(interval)) {
            return Ok(());
        }
        let first = newest.map_or_else(
            || PayoutTree::start(&world),
            |root| root.through.saturating_add(1),
        );
        let end = view
            .state
            .engine
            .next_day
            .min(first.saturating_add(MAX_DAYS));
        let Some(through) = end.checked_sub(1).filter(|last| *last >= first) else {
            return Ok(());
        };
        bench.paid.retain(|day, _| *day >= first);
        let Some(days) = self.paid_days(&mut bench.paid, first, through).await? else {
            return Ok(());
        };
        let ttl = view.value(&param::REPORT_TTL);
        let next = self
            .next_seq::<PayoutTree>(roots.head, ttl, view.now)
            .await?;
        let Some(seq) = next else {
            return Ok(());
        };
        let Some(previous) = self.bundle_of(&mut bench.tree, newest.as_ref()).await? else {
            return Ok(());
        };
        let place = (seq, through, newest.map_or(0, |root| root.seq));
        let own = self
            .own_tree(&mut bench.tree, previous.as_deref(), &days, place)
            .await?;
        let before = previous.as_deref().map_or(&[][..], |one| &one.rows);
        if own.bundle.rows == before {
            // Days that paid and owed nothing add nothing to the tree.
            return Ok(());
        }
        let poll = read(&self.ledger, move |ledger| {
            ledger.poll(PayoutTree::KIND, &PayoutTree::ring(), seq)
        })
        .await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            let Some(root) = self.tree_payload::<PayoutTree>(seq, &payload).await? else {
                return Ok(());
            };
            return self
                .crank("accept_payout_root", "ide", seq, || {
                    ix::accept_payout_root(seq, &root)
                })
                .await;
        }
        self.vote_tree(NextTree::<PayoutTree> {
            seq,
            set: view.set,
            poll: poll.as_ref(),
            previous: previous.as_deref(),
            facts: &days,
            own: &own,
        })
        .await
    }

    /// Sealed days with evidence and hire; `None` while something of them cannot be read.
    async fn paid_days(
        &self,
        paid: &mut BTreeMap<u64, Arc<PaidDay>>,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<Arc<PaidDay>>>, VerifierError> {
        let mut days = Vec::new();
        for day in first..=last {
            let known = match paid.get(&day) {
                Some(known) => Some(known.clone()),
                None => self.paid_day(day).await?.map(Arc::new),
            };
            let Some(known) = known else {
                return Ok(None);
            };
            paid.insert(day, known.clone());
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
