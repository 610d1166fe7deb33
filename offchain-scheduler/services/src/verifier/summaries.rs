//! Summaries of hours: the own one, its evidence, and the judgement of others.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use ion_merkle::{report::ReportKind, summary::BlockSummary};
use ion_observation::{FileRef, Key, ObservationFile, SignedFile};
use ion_report::{BlockBundle, BlockReport, BlockTerms, DeviceList, SourceFile, sources};

use super::{
    VerifierError, attest::proposal_name, roots::RewardTree, state::Verifier, trees::TreeBench,
};
use crate::chain_view::VerifierSetView;

/// A file with its hash, which is computed once.
pub(super) type HashedFile = (Key, Arc<ObservationFile>);

/// What is remembered of hours in work. Lost at a restart without harm.
#[derive(Default)]
pub struct BlockBench {
    files: BTreeMap<String, Option<HashedFile>>,
    pub(super) known_since: BTreeMap<u64, Instant>,
    own: BTreeMap<u64, (Vec<Key>, Arc<BlockReport>)>,
    /// Payloads found sound, which they stay.
    sound: BTreeMap<(u64, Key), ()>,
    /// Lists of settled blocks by hour, `None` for one without.
    pub(super) settled: BTreeMap<u64, Option<Key>>,
    /// The reward tree.
    pub(super) tree: TreeBench<RewardTree>,
    /// Since when hours have been about to end without a pause.
    pub(super) catching_up_since: Option<Instant>,
}

/// What one hour looks like to this verifier.
pub(super) struct HourInWork<'a> {
    /// Hour index.
    pub hour: u64,
    /// Its end, Unix seconds.
    pub close: i64,
    /// What the chain says of it.
    pub terms: BlockTerms,
    /// The verifier set.
    pub set: &'a VerifierSetView,
    /// Good files of members.
    pub files: Vec<HashedFile>,
    /// When each file was first seen.
    pub seen: BTreeMap<Key, i64>,
}

impl HourInWork<'_> {
    fn given(&self) -> Vec<SourceFile<'_>> {
        self.files
            .iter()
            .map(|(hash, file)| SourceFile { hash: *hash, file })
            .collect()
    }
}

impl Verifier {
    /// The own report of an hour, stored before anybody can vote for it; `None` while the files are
    /// too few.
    pub(super) async fn own_summary(
        &self,
        bench: &mut BlockBench,
        view: &HourInWork<'_>,
    ) -> Result<Option<Arc<BlockReport>>, VerifierError> {
        let used: Vec<Key> = view.files.iter().map(|(hash, _)| *hash).collect();
        if let Some((of, report)) = bench.own.get(&view.hour)
            && *of == used
        {
            return Ok(Some(report.clone()));
        }
        let given = view.given();
        let (genesis, registry) = (self.realm.genesis_hash, self.realm.program_id);
        let chosen = sources(&given, view.hour, &genesis, &registry, &view.set.keys);
        let report = match BlockReport::build(&chosen, &view.terms, view.set.threshold) {
            Ok(report) => Arc::new(report),
            Err(error) => {
                tracing::debug!(period = view.hour, error = %error, "no summary of the hour");
                return Ok(None);
            }
        };
        self.publish_summary(&report).await?;
        tracing::info!(
            period = view.hour,
            nominated = report.summary.nominated,
            succeeded = report.summary.succeeded,
            failed = report.summary.failed,
            "block summary built"
        );
        bench.own.insert(view.hour, (used, report.clone()));
        Ok(Some(report))
    }

    async fn publish_summary(&self, report: &BlockReport) -> Result<(), VerifierError> {
        let encoding = |_| VerifierError::Encoding;
        for (hash, bytes) in [
            (
                report.summary.device_list,
                borsh::to_vec(&report.list).map_err(encoding)?,
            ),
            (
                report.summary.bundle,
                borsh::to_vec(&report.bundle).map_err(encoding)?,
            ),
        ] {
            self.put(format!("bundles/{}", hex::encode(hash)), bytes)
                .await?;
        }
        let vote = report.vote(&::rewards::ID.to_bytes());
        let name = proposal_name(ReportKind::BlockSummary, report.summary.hour, &vote);
        self.put(name, report.summary.encode().to_vec()).await
    }

    /// Good files of members that saw an hour, and when each was first seen.
    pub(super) async fn block_files(
        &self,
        bench: &mut BlockBench,
        hour: u64,
        now: i64,
        set: &VerifierSetView,
    ) -> Result<(Vec<HashedFile>, BTreeMap<Key, i64>), VerifierError> {
        let mut files = Vec::new();
        let mut seen = BTreeMap::new();
        for name in self.list(format!("observations/{hour}")).await? {
            let known = match bench.files.get(&name) {
                Some(known) => known.clone(),
                None => {
                    // Listed and not yet there to read: asked for again in the next round.
                    let Some(bytes) = self.get(name.clone()).await? else {
                        continue;
                    };
                    let file = SignedFile::decode(&bytes)
                        .ok()
                        .map(|signed| (signed.file.hash(), Arc::new(signed.file)));
                    bench.files.insert(name, file.clone());
                    file
                }
            };
            let Some((hash, file)) = known.filter(|(_, file)| {
                file.hour == hour && !file.hours.is_empty() && set.keys.contains(&file.verifier)
            }) else {
                continue;
            };
            let at = self
                .journal
                .see_file(&hash, hour, &file.verifier, now)
                .await?;
            seen.insert(hash, at);
            files.push((hash, file));
        }
        Ok((files, seen))
    }

    /// Whether the evidence of a payload can be fetched, gives exactly it, and leaves out no file that
    /// was received from its author in time.
    pub(super) async fn is_sound(
        &self,
        bench: &mut BlockBench,
        view: &HourInWork<'_>,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        if bench.sound.contains_key(&(view.hour, *payload)) {
            return Ok(true);
        }
        let Some(summary) = self.summary_of(view.hour, payload).await? else {
            return Ok(false);
        };
        let Some(bytes) = self
            .get(format!("bundles/{}", hex::encode(summary.bundle)))
            .await?
        else {
            return Ok(false);
        };
        let Ok(bundle) = BlockBundle::decode(&bytes) else {
            return Ok(false);
        };
        let given = view.given();
        let (genesis, registry) = (self.realm.genesis_hash, self.realm.program_id);
        let chosen = sources(&given, view.hour, &genesis, &registry, &view.set.keys);
        let is_sound = self.names_all(view, &chosen, &bundle.files)
            && BlockReport::rebuild(&bundle, &chosen, &view.terms, view.set.threshold)
                .is_ok_and(|report| report.summary == summary);
        if is_sound {
            bench.sound.insert((view.hour, *payload), ());
        }
        Ok(is_sound)
    }

    fn names_all(
        &self,
        view: &HourInWork<'_>,
        chosen: &[SourceFile<'_>],
        named: &[FileRef],
    ) -> bool {
        let until = i64::try_from(self.settings.report.files_until.as_secs()).unwrap_or(i64::MAX);
        chosen
            .iter()
            .filter(|one| {
                view.seen
                    .get(&one.hash)
                    .is_some_and(|at| *at < view.close.saturating_add(until))
            })
            .all(|one| named.iter().any(|file| file.hash == one.hash))
    }

    /// The summary behind a payload hash, if it is stored and hashes to it.
    pub(super) async fn summary_of(
        &self,
        hour: u64,
        payload: &Key,
    ) -> Result<Option<BlockSummary>, VerifierError> {
        let kind = ReportKind::BlockSummary;
        let subject = ::rewards::ID.to_bytes();
        let bytes = self.stored_payload(kind, &subject, hour, payload).await?;
        Ok(bytes.and_then(|bytes| BlockSummary::decode(&bytes)))
    }

    /// A device list by its hash.
    pub(super) async fn device_list(
        &self,
        hash: &Key,
    ) -> Result<Option<DeviceList>, VerifierError> {
        let bytes = self.get(format!("bundles/{}", hex::encode(hash))).await?;
        Ok(bytes
            .and_then(|bytes| DeviceList::decode(&bytes).ok())
            .filter(|list| list.hash() == *hash))
    }
}

impl BlockBench {
    /// Forgets hours that are no longer in work.
    pub(super) fn forget_outside(&mut self, in_work: &BTreeSet<u64>) {
        let is_in_work = |name: &str| {
            name.strip_prefix("observations/")
                .and_then(|rest| rest.split('/').next()?.parse::<u64>().ok())
                .is_some_and(|hour| in_work.contains(&hour))
        };
        self.files.retain(|name, _| is_in_work(name));
        self.known_since.retain(|hour, _| in_work.contains(hour));
        self.own.retain(|hour, _| in_work.contains(hour));
        self.sound.retain(|(hour, _), ()| in_work.contains(hour));
    }
}
