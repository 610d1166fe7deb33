//! Judging payloads that others vote for, and what an attested one brings on chain.

use std::collections::BTreeMap;

use ion_merkle::report::{LeafReport, ReportKind};
use ion_observation::{Bundle, Candidate, Key, Report};

use super::{
    VerifierError,
    attest::{HourView, subject_of},
    state::Verifier,
};
use crate::chain_view::PollView;

impl Verifier {
    /// Payloads that have votes, judged.
    pub(super) async fn candidates(
        &self,
        view: &HourView<'_>,
        kind: ReportKind,
        poll: &PollView,
    ) -> Result<Vec<Candidate>, VerifierError> {
        let mut votes: BTreeMap<Key, usize> = BTreeMap::new();
        if poll.set_version == view.set.version {
            for payload in poll.votes.iter().flatten() {
                *votes.entry(*payload).or_default() += 1;
            }
        }
        let mut candidates = Vec::with_capacity(votes.len());
        for (payload, votes) in votes {
            let report = self.recompute(view, kind, &payload).await?;
            let is_sound = report
                .is_some_and(|report| leaves_no_file_out(view, &report.bundle, self.files_until()));
            candidates.push(Candidate {
                payload,
                votes,
                is_sound,
            });
        }
        Ok(candidates)
    }

    fn files_until(&self) -> i64 {
        i64::try_from(self.settings.report.files_until.as_secs()).unwrap_or(i64::MAX)
    }

    /// The report behind a payload hash, if its evidence can be fetched and gives exactly it.
    async fn recompute(
        &self,
        view: &HourView<'_>,
        kind: ReportKind,
        payload: &Key,
    ) -> Result<Option<Report>, VerifierError> {
        let subject = subject_of(kind).to_bytes();
        let bytes = self
            .stored_payload(kind, &subject, view.hour, payload)
            .await?;
        let Some(proposed) = bytes.and_then(|bytes| LeafReport::decode(&bytes)) else {
            return Ok(None);
        };
        let Some(bytes) = self
            .get(format!("bundles/{}", hex::encode(proposed.bundle)))
            .await?
        else {
            return Ok(None);
        };
        let Ok(bundle) = Bundle::decode(&bytes) else {
            return Ok(None);
        };
        if bundle.hash() != proposed.bundle
            || bundle.hour != view.hour
            || bundle.kind != kind.to_u8()
        {
            return Ok(None);
        }
        let report = Report::recompute(&bundle, view.files, view.rules).ok();
        Ok(report.filter(|report| report.payload == proposed))
    }

    /// Brings the leaves of an attested report on chain. Returns whether nothing is left to do.
    pub(super) async fn apply_leaves(
        &self,
        view: &HourView<'_>,
        kind: ReportKind,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        let Some(report) = self.recompute(view, kind, payload).await? else {
            let help = "Attested reports that this verifier cannot recompute.";
            self.metrics
                .count("verifier_reports_unknown_total", help, &[]);
            return Ok(false);
        };
        self.apply_report(&report, view.now).await
    }
}

/// Whether a bundle names every file that was received before close + 4 minutes, authors of two
/// different files apart.
fn leaves_no_file_out(view: &HourView<'_>, bundle: &Bundle, files_until: i64) -> bool {
    view.aggregate
        .used
        .iter()
        .filter(|(_, hash)| {
            view.seen
                .get(hash)
                .is_some_and(|at| *at < view.close.saturating_add(files_until))
        })
        .all(|(verifier, hash)| {
            bundle
                .files
                .iter()
                .any(|file| file.verifier == *verifier && file.hash == *hash)
        })
}
