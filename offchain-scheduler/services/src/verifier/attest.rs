//! Files to reports, reports to votes, attested reports to leaves on chain.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use ion_client::{addresses, instructions};
use ion_merkle::report::ReportKind;
use ion_observation::{
    Aggregate, Key, ObservationFile, Report, Rules, SignedFile, aggregate, best_payload,
};
use ion_protocol::SupplierDeclaration;
use solana_pubkey::Pubkey;

use super::{
    VerifierError, epochs::EngineBench, passes::Passes, state::Verifier, summaries::BlockBench,
};
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
    /// Days of the engine.
    pub(super) engine: EngineBench,
    /// Hour whose opening was read last.
    pub(super) opened: Option<u64>,
    /// Declarations of suppliers, by object name; `None` for one that is not good.
    pub(super) declarations: BTreeMap<String, Option<SupplierDeclaration>>,
    /// Passes over accounts whose time is over.
    pub(super) passes: Passes,
    /// UTC day whose reliability was counted last.
    pub(super) counted: Option<u64>,
    /// Day on which nothing was left to fold.
    pub(super) folded_on: Option<u64>,
}

/// What one hour looks like to this verifier.
pub(super) struct HourView<'a> {
    pub(super) hour: u64,
    pub(super) close: i64,
    pub(super) now: i64,
    pub(super) set: &'a VerifierSetView,
    pub(super) rules: &'a Rules,
    pub(super) files: &'a [ObservationFile],
    pub(super) seen: &'a BTreeMap<Key, i64>,
    pub(super) aggregate: &'a Aggregate,
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
                    let missing = poll
                        .votes
                        .iter()
                        .take(set.keys.len())
                        .filter(|vote| vote.is_none());
                    let help = "Members that have not voted in the newest open poll of a kind.";
                    let label = kind.to_u8().to_string();
                    self.metrics.set(
                        "verifier_votes_missing",
                        help,
                        &[("kind", &label)],
                        missing.count() as u64,
                    );
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
}

/// Name of the stored payload behind a hash.
pub(super) fn proposal_name(kind: ReportKind, hour: u64, payload: &Key) -> String {
    format!("reports/{}/{hour}/{}", kind.to_u8(), hex::encode(payload))
}
