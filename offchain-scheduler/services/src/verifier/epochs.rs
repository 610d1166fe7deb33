//! Reports of days: the own one from the files of its hours, the judgement of others, acceptance and
//! class rows (economics §10.2).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use ide::{constants::MAX_ROWS_PER_CALL, state::Epoch};
use ion_client::instructions::ide as ix;
use ion_economics::{ide::report_usable_until, params::ide as param};
use ion_merkle::{epoch::EpochReport, report::ReportKind};
use ion_observation::{Candidate, Key};
use ion_report::{ClassTerms, CountedDevice, DayBuilder, DayReport, DayTerms, EpochBundle, named};

use super::{
    VerifierError,
    attest::proposal_name,
    ballot::Ballot,
    day_files::{DayFiles, limits_of},
    engine::{EngineInWork, end_of},
    payouts::{PaidDay, PayoutTree},
    state::Verifier,
    trees::TreeBench,
};
use crate::chain_view::read;

const HOUR: i64 = 3_600;
const KIND: ReportKind = ReportKind::EpochReport;

/// What is remembered of days in work. Lost at a restart without harm.
#[derive(Default)]
pub struct EngineBench {
    /// Hash and author of a file by its name; `None` for one that is not good.
    pub(super) files: BTreeMap<String, Option<(Key, Key)>>,
    known_since: BTreeMap<u64, Instant>,
    /// The own report of a sequence, with the files it was made of.
    own: BTreeMap<u64, (Key, Arc<DayReport>)>,
    /// Judgements of payloads by sequence, with the files they were made by.
    judged: BTreeMap<(u64, Key), (Key, bool)>,
    /// Sealed days that no root contains yet.
    pub(super) paid: BTreeMap<u64, Arc<PaidDay>>,
    /// Its payout tree.
    pub(super) tree: TreeBench<PayoutTree>,
}

impl EngineBench {
    /// Forgets days that are sealed.
    pub(super) fn forget_before(&mut self, day: u64) {
        let first = DayBuilder::hours(day).start;
        self.files.retain(|name, _| {
            name.strip_prefix("observations/")
                .and_then(|rest| rest.split('/').next()?.parse::<u64>().ok())
                .is_some_and(|hour| hour >= first)
        });
        let day_of = |seq: &u64| seq & u64::from(u32::MAX);
        self.known_since.retain(|of, _| *of >= day);
        self.own.retain(|seq, _| day_of(seq) >= day);
        self.judged.retain(|(seq, _), _| day_of(seq) >= day);
    }
}

impl Verifier {
    /// Votes for the report of an ended day, or brings the attested one on chain in its turn.
    pub(super) async fn attest_epoch(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
    ) -> Result<(), VerifierError> {
        let (day, seq) = (epoch.day, epoch.report_seq());
        let poll = read(&self.ledger, move |ledger| ledger.poll(KIND, &ide::ID, seq)).await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            if day == view.unreported_from() {
                self.complete_epoch(view, epoch, &payload).await?;
            }
            return Ok(());
        }
        let vote_after =
            i64::try_from(self.settings.report.vote_after.as_secs()).unwrap_or(i64::MAX);
        if end_of(day).is_none_or(|end| view.now < end.saturating_add(vote_after)) {
            return Ok(());
        }
        let known_since = *bench.known_since.entry(day).or_insert_with(Instant::now);
        let files = self.day_files(bench, day, view).await?;
        let last = files.hours.values().next_back().map_or(0, Vec::len);
        if last < view.set.keys.len() && known_since.elapsed() < self.settings.report.settle {
            return Ok(());
        }
        let own = self.own_epoch(bench, view, epoch, &files).await?;
        let subject = ide::ID;
        let vote = own.vote(&subject.to_bytes());
        let mut candidates = Vec::new();
        if let Some(poll) = poll
            .as_ref()
            .filter(|poll| poll.set_version == view.set.version)
        {
            for (payload, votes) in poll.counted() {
                let is_sound = payload == vote
                    || self
                        .is_sound_epoch(bench, view, epoch, &files, &payload)
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
            subject,
            seq,
            set: view.set,
            poll: poll.as_ref(),
            own: Some(vote),
            candidates,
        })
        .await
    }

    /// Accepts the attested report, shows its next rows, or drops it once its time is over.
    async fn complete_epoch(
        &self,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
        payload: &Key,
    ) -> Result<(), VerifierError> {
        let (day, seq, voided) = (epoch.day, epoch.report_seq(), epoch.voided_reports);
        let attested_at = read(&self.ledger, move |ledger| {
            ledger.attested_at(KIND, &ide::ID, seq)
        })
        .await?;
        let ttl = view.value(&param::REPORT_TTL);
        let is_overdue = attested_at
            .and_then(|at| {
                let before = view.state.engine.reported_at;
                report_usable_until(at, epoch.ended_at, before, ttl).ok()
            })
            .is_some_and(|last| view.now > last);
        if is_overdue {
            return self
                .crank("void_epoch_report", &format!("ide/{voided}"), day, || {
                    ix::void_epoch_report(day, voided)
                })
                .await;
        }
        let help = "Attested reports that this verifier cannot recompute.";
        let unknown = "verifier_reports_unknown_total";
        let Some(report) = self.epoch_payload(seq, payload).await? else {
            self.metrics.count(unknown, help, &[]);
            return Ok(());
        };
        if epoch.class_count == 0 && epoch.row_hash == [0; 32] {
            return self
                .crank("accept_epoch_report", &format!("ide/{voided}"), day, || {
                    ix::accept_epoch_report(&report, voided)
                })
                .await;
        }
        let cursor = usize::from(epoch.row_cursor);
        let Some(bundle) = self
            .epoch_bundle(&report.bundle)
            .await?
            .filter(|bundle| bundle.link_from(cursor) == epoch.row_hash)
        else {
            self.metrics.count(unknown, help, &[]);
            return Ok(());
        };
        let rows = bundle.class_rows();
        let end = cursor.saturating_add(MAX_ROWS_PER_CALL).min(rows.len());
        let Some(shown) = rows.get(cursor..end).filter(|shown| !shown.is_empty()) else {
            return Ok(());
        };
        let subject = format!("ide/{voided}/{cursor}");
        self.crank("apply_epoch_rows", &subject, day, || {
            ix::apply_epoch_rows(day, shown, bundle.link_from(end))
        })
        .await
    }

    /// The own report of a day, stored before anybody can vote for it.
    async fn own_epoch(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
        files: &DayFiles,
    ) -> Result<Arc<DayReport>, VerifierError> {
        let seq = epoch.report_seq();
        if let Some((digest, report)) = bench.own.get(&seq)
            && *digest == files.digest
        {
            return Ok(report.clone());
        }
        let mut builder = self.day_builder(view, epoch).await?;
        for (hour, notes) in &files.hours {
            let loaded = self.load_hour(notes).await?;
            let chosen = self.chosen(&loaded, *hour, view);
            let Some(limits) = limits_of(view, *hour) else {
                continue;
            };
            builder
                .add_hour(*hour, &limits, &chosen)
                .map_err(VerifierError::Report)?;
        }
        let report = Arc::new(builder.finish().map_err(VerifierError::Report)?);
        let bytes = borsh::to_vec(&report.bundle).map_err(|_| VerifierError::Encoding)?;
        let name = format!("bundles/{}", hex::encode(report.payload.bundle));
        self.put(name, bytes).await?;
        let vote = report.vote(&ide::ID.to_bytes());
        let name = proposal_name(KIND, seq, &vote);
        self.put(name, report.payload.encode().to_vec()).await?;
        tracing::info!(
            period = epoch.day,
            classes = report.payload.class_count,
            floors = report.payload.floors,
            owed_usd_micros = report.payload.avail_usd_micros,
            "epoch report built"
        );
        bench.own.insert(seq, (files.digest, report.clone()));
        Ok(report)
    }

    /// Whether the evidence of a payload can be fetched, gives exactly it, and leaves out no file
    /// that was received from its author in time.
    async fn is_sound_epoch(
        &self,
        bench: &mut EngineBench,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
        files: &DayFiles,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        let key = (epoch.report_seq(), *payload);
        if let Some((digest, is_sound)) = bench.judged.get(&key)
            && *digest == files.digest
        {
            return Ok(*is_sound);
        }
        let rebuilt = self.rebuild_epoch(view, epoch, files, payload).await?;
        // Evidence that is not there yet may come: only what was judged is remembered.
        if let Some(is_sound) = rebuilt {
            bench.judged.insert(key, (files.digest, is_sound));
        }
        Ok(rebuilt.unwrap_or(false))
    }

    /// `None` while payload or evidence cannot be found.
    async fn rebuild_epoch(
        &self,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
        files: &DayFiles,
        payload: &Key,
    ) -> Result<Option<bool>, VerifierError> {
        let Some(report) = self.epoch_payload(epoch.report_seq(), payload).await? else {
            return Ok(None);
        };
        let Some(bundle) = self.epoch_bundle(&report.bundle).await? else {
            return Ok(None);
        };
        let until = i64::try_from(self.settings.report.files_until.as_secs()).unwrap_or(i64::MAX);
        let mut builder = self.day_builder(view, epoch).await?;
        for (hour, notes) in &files.hours {
            let loaded = self.load_hour(notes).await?;
            let chosen = self.chosen(&loaded, *hour, view);
            let names = bundle.files_of(*hour);
            let close = i64::try_from(*hour)
                .unwrap_or(i64::MAX)
                .saturating_add(1)
                .saturating_mul(HOUR);
            let in_time: BTreeSet<Key> = notes
                .iter()
                .filter(|note| note.seen_at < close.saturating_add(until))
                .map(|note| note.hash)
                .collect();
            let is_whole = chosen
                .iter()
                .filter(|source| in_time.contains(&source.hash))
                .all(|source| names.iter().any(|file| file.hash == source.hash));
            let (Ok(given), Some(limits), true) =
                (named(names, &chosen), limits_of(view, *hour), is_whole)
            else {
                return Ok(Some(false));
            };
            if builder.add_hour(*hour, &limits, &given).is_err() {
                return Ok(Some(false));
            }
        }
        Ok(Some(
            builder
                .finish()
                .is_ok_and(|rebuilt| rebuilt.payload == report),
        ))
    }

    /// A builder with what the chain says of the day. Devices that were onboarded before its end and
    /// dated rates stay what they are, whenever they are read.
    async fn day_builder(
        &self,
        view: &EngineInWork<'_>,
        epoch: &Epoch,
    ) -> Result<DayBuilder, VerifierError> {
        let day = epoch.day;
        let rates = read(&self.ledger, |ledger| ledger.class_rates()).await?;
        let classes: BTreeMap<u16, ClassTerms> = rates
            .iter()
            .filter_map(|(class, rates)| {
                let set = rates.rates_of(day)?;
                let terms = ClassTerms {
                    avail_usd_micros: set.avail_rate_usd_micros,
                    max_processors: set.max_processors,
                };
                Some((*class, terms))
            })
            .collect();
        let end = end_of(day).unwrap_or(i64::MAX);
        let snapshot = self.snapshot();
        let devices: Vec<CountedDevice> = snapshot
            .devices
            .iter()
            .filter(|(_, device)| device.onboarded_at != 0 && device.onboarded_at < end)
            .map(|(key, device)| CountedDevice {
                device: *key,
                class: device.class,
                qty: device.qty,
                onboarded_at: device.onboarded_at,
            })
            .collect();
        let terms = DayTerms {
            day,
            voided_reports: epoch.voided_reports,
            limit_usd_micros: epoch.max_obligation_usd_micros,
            classes,
            min_observations: view.set.threshold,
        };
        Ok(DayBuilder::new(terms, &devices))
    }

    /// The payload behind a hash, if it is stored and hashes to it.
    pub(super) async fn epoch_payload(
        &self,
        seq: u64,
        payload: &Key,
    ) -> Result<Option<EpochReport>, VerifierError> {
        let subject = ide::ID.to_bytes();
        let bytes = self.stored_payload(KIND, &subject, seq, payload).await?;
        Ok(bytes.and_then(|bytes| EpochReport::decode(&bytes)))
    }

    /// The evidence of a day's report by its hash.
    pub(super) async fn epoch_bundle(
        &self,
        hash: &Key,
    ) -> Result<Option<EpochBundle>, VerifierError> {
        let bytes = self.get(format!("bundles/{}", hex::encode(hash))).await?;
        Ok(bytes
            .and_then(|bytes| EpochBundle::decode(&bytes).ok())
            .filter(|bundle| bundle.hash() == *hash))
    }
}
