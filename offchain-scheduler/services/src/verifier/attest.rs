//! Files to reports, reports to votes, attested reports to leaves on chain.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use ion_client::{addresses, instructions};
use ion_merkle::{
    Sha256Hasher,
    report::{LeafReport, ReportKind, payload_hash},
};
use ion_observation::{
    Aggregate, Bundle, Candidate, Key, ObservationFile, Report, Rules, SignedFile, aggregate,
    best_payload,
};
use ion_protocol::SupplierDeclaration;
use solana_pubkey::Pubkey;

use super::{VerifierError, state::Verifier, summaries::BlockBench};
use crate::chain_view::{PollView, VerifierSetView, read};

const HOUR: i64 = 3_600;
/// Kinds of reports that follow from observation files.
const KINDS: [ReportKind; 2] = [ReportKind::DeviceReport, ReportKind::WorkReport];

/// Files of open hours that are known to be good, by object name, and what is remembered of hours.
/// Lost at a restart without harm.
#[derive(Default)]
pub struct Bench {
    files: BTreeMap<String, Option<Arc<ObservationFile>>>,
    known_since: BTreeMap<u64, Instant>,
    /// Hours of block rewards.
    pub(super) blocks: BlockBench,
    /// Hour whose opening was read last.
    pub(super) opened: Option<u64>,
    /// Declarations of suppliers, by object name; `None` for one that is not good.
    pub(super) declarations: BTreeMap<String, Option<SupplierDeclaration>>,
    /// Day on which nothing was left to fold.
    pub(super) folded_on: Option<u64>,
}

/// What one hour looks like to this verifier.
struct HourView<'a> {
    hour: u64,
    close: i64,
    now: i64,
    set: &'a VerifierSetView,
    rules: &'a Rules,
    files: &'a [ObservationFile],
    seen: &'a BTreeMap<Key, i64>,
    aggregate: &'a Aggregate,
}

/// The program that a report is about.
pub fn subject_of(kind: ReportKind) -> Pubkey {
    match kind {
        ReportKind::DeviceReport => registry::ID,
        _ => booking::ID,
    }
}

impl Verifier {
    /// One round over all hours in which something may be left to do.
    pub async fn attest(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        let Some(set) = snapshot.verifiers.clone() else {
            return Ok(());
        };
        let rules = self.rules(&set);
        let keep = i64::try_from(self.settings.report.keep.as_secs()).unwrap_or(i64::MAX);
        let from = u64::try_from(now.saturating_sub(keep).div_euclid(HOUR)).unwrap_or_default();
        let hours = self.journal.written_hours(from).await?;
        for written in hours.iter().filter(|written| written.is_open) {
            self.attest_hour(bench, written.hour, now, &set, &rules)
                .await?;
        }
        let open: Vec<u64> = hours
            .iter()
            .filter(|written| written.is_open)
            .map(|written| written.hour)
            .collect();
        let is_open = |name: &str| {
            open.iter()
                .any(|hour| name.starts_with(&format!("observations/{hour}/")))
        };
        bench.files.retain(|name, _| is_open(name));
        bench.known_since.retain(|hour, _| open.contains(hour));
        let help = "Hours with something left to vote or apply.";
        self.metrics
            .set("verifier_open_hours", help, &[], open.len() as u64);
        Ok(())
    }

    async fn attest_hour(
        &self,
        bench: &mut Bench,
        hour: u64,
        now: i64,
        set: &VerifierSetView,
        rules: &Rules,
    ) -> Result<(), VerifierError> {
        let close = i64::try_from(hour)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
            .saturating_mul(HOUR);
        let known_since = *bench.known_since.entry(hour).or_insert_with(Instant::now);
        let (files, seen) = self.files_of(bench, hour, now, set).await?;
        let vote_after =
            i64::try_from(self.settings.report.vote_after.as_secs()).unwrap_or(i64::MAX);
        if now < close.saturating_add(vote_after) {
            return Ok(());
        }
        let aggregate = aggregate(&files, hour, rules);
        let missing = set
            .keys
            .len()
            .saturating_sub(aggregate.used.len() + aggregate.excluded.len());
        let help = "Members without an observation file in the hour in work.";
        self.metrics
            .set("verifier_observations_missing", help, &[], missing as u64);
        if missing > 0 && known_since.elapsed() < self.settings.report.settle {
            return Ok(());
        }
        let view = HourView {
            hour,
            close,
            now,
            set,
            rules,
            files: &files,
            seen: &seen,
            aggregate: &aggregate,
        };
        let reports = Report::all(&aggregate, hour, rules);
        let mut is_done = true;
        let mut has_poll = false;
        for kind in KINDS {
            let own = reports.iter().find(|report| report.kind() == kind);
            if let Some(own) = own {
                self.publish(own).await?;
            }
            let poll = read(&self.ledger, move |ledger| {
                ledger.poll(kind, &subject_of(kind), hour)
            })
            .await?;
            has_poll |= poll.is_some();
            is_done &= match poll {
                None => self.open_poll(kind, hour, own).await?,
                Some(PollView {
                    attested: Some(payload),
                    ..
                }) => self.apply_leaves(&view, kind, &payload).await?,
                Some(poll) => {
                    self.vote(&view, kind, &poll, own).await?;
                    false
                }
            };
        }
        // Others may still open a poll for an hour in which this verifier has nothing to report.
        if is_done && (has_poll || now >= close.saturating_add(2 * HOUR)) {
            self.journal.close_hour(hour).await?;
            tracing::info!(period = hour, "hour closed");
        }
        Ok(())
    }

    /// Good files of members for an hour, and when each was first seen.
    async fn files_of(
        &self,
        bench: &mut Bench,
        hour: u64,
        now: i64,
        set: &VerifierSetView,
    ) -> Result<(Vec<ObservationFile>, BTreeMap<Key, i64>), VerifierError> {
        let mut files = Vec::new();
        let mut seen = BTreeMap::new();
        for name in self.list(format!("observations/{hour}")).await? {
            let file = match bench.files.get(&name) {
                Some(file) => file.clone(),
                None => {
                    let bytes = self.get(name.clone()).await?.unwrap_or_default();
                    let file = SignedFile::decode(&bytes)
                        .ok()
                        .map(|signed| Arc::new(signed.file));
                    if file.is_none() {
                        tracing::warn!(period = hour, "observation file refused");
                    }
                    bench.files.insert(name, file.clone());
                    file
                }
            };
            let Some(file) =
                file.filter(|file| file.hour == hour && set.keys.contains(&file.verifier))
            else {
                continue;
            };
            let hash = file.hash();
            seen.insert(
                hash,
                self.journal
                    .see_file(&hash, hour, &file.verifier, now)
                    .await?,
            );
            files.push((*file).clone());
        }
        Ok((files, seen))
    }

    /// Stores evidence and payload of a report before anybody can vote for it.
    async fn publish(&self, report: &Report) -> Result<(), VerifierError> {
        let bundle = borsh::to_vec(&report.bundle).map_err(|_| VerifierError::Encoding)?;
        self.put(
            format!("bundles/{}", hex::encode(report.bundle.hash())),
            bundle,
        )
        .await?;
        let vote = report.vote(&subject_of(report.kind()).to_bytes());
        self.put(
            proposal_name(report.kind(), report.hour, &vote),
            report.payload.encode().to_vec(),
        )
        .await
    }

    /// Asks for a poll when there is something to report. Returns whether nothing is left to do.
    async fn open_poll(
        &self,
        kind: ReportKind,
        hour: u64,
        own: Option<&Report>,
    ) -> Result<bool, VerifierError> {
        if own.is_none() {
            return Ok(true);
        }
        let subject = format!("{}/{hour}", kind.to_u8());
        if self.is_turn("open_poll", &subject) {
            let open =
                instructions::registry::open_poll(&self.address(), kind, &subject_of(kind), hour);
            self.enqueue("open_poll", &subject, 0, &[open]).await?;
        }
        Ok(false)
    }

    /// Casts the first vote for the own payload, later ones for the best sound one.
    async fn vote(
        &self,
        view: &HourView<'_>,
        kind: ReportKind,
        poll: &PollView,
        own: Option<&Report>,
    ) -> Result<(), VerifierError> {
        let Some(place) = view
            .set
            .keys
            .iter()
            .position(|key| *key == self.public_key())
        else {
            return Ok(());
        };
        let subject = subject_of(kind).to_bytes();
        let own = own.map(|report| report.vote(&subject));
        let (number, last) = self.journal.last_vote(kind.to_u8(), view.hour).await?;
        let wanted = match (last, own) {
            (None, Some(own)) => Some(own),
            (last, own) => {
                let candidates = self.candidates(view, kind, poll).await?;
                let fallback = own.or(last).unwrap_or_default();
                Some(best_payload(fallback, &candidates)).filter(|payload| *payload != [0; 32])
            }
        };
        let Some(wanted) = wanted else { return Ok(()) };
        let number = if last == Some(wanted) {
            number.saturating_sub(1)
        } else {
            self.journal
                .vote(kind.to_u8(), view.hour, number, &wanted)
                .await?;
            number
        };
        let on_chain = if poll.set_version == view.set.version {
            poll.votes.get(place).copied().flatten()
        } else {
            None
        };
        if on_chain != Some(wanted) {
            let address = addresses::registry::poll(kind, &subject_of(kind), view.hour);
            let vote = instructions::registry::vote_report(&self.address(), &address, wanted);
            let subject = format!("{}/{number}/{}", kind.to_u8(), view.set.version);
            self.enqueue("vote_report", &subject, view.hour, &[vote])
                .await?;
        }
        Ok(())
    }

    /// Payloads that have votes, judged.
    async fn candidates(
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
        let Some(bytes) = self.get(proposal_name(kind, view.hour, payload)).await? else {
            return Ok(None);
        };
        let subject = subject_of(kind).to_bytes();
        if payload_hash::<Sha256Hasher>(kind, &subject, view.hour, &bytes) != *payload {
            return Ok(None);
        }
        let Some(proposed) = LeafReport::decode(&bytes) else {
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
    async fn apply_leaves(
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

/// Name of the stored payload behind a hash.
pub(super) fn proposal_name(kind: ReportKind, hour: u64, payload: &Key) -> String {
    format!("reports/{}/{hour}/{}", kind.to_u8(), hex::encode(payload))
}
