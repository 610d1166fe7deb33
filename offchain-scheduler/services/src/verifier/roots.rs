//! The reward tree: building, voting, acceptance, and a watch over what was accepted (economics §7.5).

use std::sync::Arc;

use ion_client::{addresses, instructions};
use ion_economics::{block::BlockState, params::rewards as param};
use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use ion_observation::{Candidate, Key};
use ion_report::{DeviceList, RootBundle, RootReport};
use registry::state::Params;
use solana_pubkey::Pubkey;

use super::{
    VerifierError, attest::proposal_name, ballot::Ballot, state::Verifier, summaries::BlockBench,
};
use crate::chain_view::{EmissionView, RootView, RootsView, VerifierSetView, read};

/// Most hours that one root adds.
const MAX_HOURS: u64 = 2_048;
/// Hours read in one go.
const HOURS_PER_READING: usize = 256;
/// Sequences looked at for one that is not spent.
const MAX_SKIPPED: u64 = 16;

impl Verifier {
    /// One round over the reward tree. No new tree is proposed while `is_catching_up`.
    pub(super) async fn attest_roots(
        &self,
        bench: &mut BlockBench,
        emission: &EmissionView,
        set: &VerifierSetView,
        params: &Params,
        is_catching_up: bool,
        now: i64,
    ) -> Result<(), VerifierError> {
        let roots = read(&self.ledger, |ledger| ledger.roots()).await?;
        self.watch_roots(bench, &roots, emission, now).await?;
        let newest = roots.newest().copied();
        let interval = params.value(&param::ROOT_INTERVAL, now);
        if newest.is_some_and(|root| now < root.accepted_at.saturating_add(interval)) {
            return Ok(());
        }
        let first = newest.map_or(emission.start_hour, |root| {
            root.through_hour.saturating_add(1)
        });
        let end = emission
            .next_final_hour
            .min(first.saturating_add(MAX_HOURS));
        let Some(through) = end.checked_sub(1).filter(|last| *last >= first) else {
            return Ok(());
        };
        let ttl = params.value(&param::REPORT_TTL, now);
        let address = addresses::rewards::roots();
        let next = self
            .next_seq(ReportKind::RewardRoot, address, roots.head, ttl, now)
            .await?;
        let Some(seq) = next else {
            return Ok(());
        };
        let ring = addresses::rewards::roots();
        let kind = ReportKind::RewardRoot;
        let poll = read(&self.ledger, move |ledger| ledger.poll(kind, &ring, seq)).await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            let Some(root) = self.root_of(seq, &payload).await? else {
                return Ok(());
            };
            return self
                .crank("accept_root", "rewards", seq, || {
                    instructions::rewards::accept_root(&self.address(), seq, &root)
                })
                .await;
        }
        if is_catching_up {
            return Ok(());
        }
        let Some(lists) = self.lists_of(bench, first, through).await? else {
            return Ok(());
        };
        if lists.is_empty() {
            // Hours without a completed block add nothing to the tree.
            return Ok(());
        }
        let Some(previous) = self.bundle_of(bench, newest.as_ref()).await? else {
            return Ok(());
        };
        let place = (seq, through, newest.map_or(0, |root| root.seq));
        let own = self
            .own_root(bench, previous.as_deref(), &lists, place)
            .await?;
        let mut candidates = Vec::new();
        if let Some(poll) = poll.as_ref().filter(|poll| poll.set_version == set.version) {
            for (payload, votes) in poll.counted() {
                let is_sound = self
                    .is_sound_root(previous.as_deref(), &lists, seq, through, &payload)
                    .await?;
                candidates.push(Candidate {
                    payload,
                    votes,
                    is_sound,
                });
            }
        }
        self.cast(Ballot {
            kind,
            subject: ring,
            seq,
            set,
            poll: poll.as_ref(),
            own: Some(own.vote(&ring.to_bytes(), seq)),
            candidates,
        })
        .await
    }

    /// The next sequence of a ring whose report is not spent: attested and not accepted in time means
    /// spent.
    pub(super) async fn next_seq(
        &self,
        kind: ReportKind,
        ring: Pubkey,
        head: u64,
        ttl: i64,
        now: i64,
    ) -> Result<Option<u64>, VerifierError> {
        for skipped in 1..=MAX_SKIPPED {
            let seq = head.saturating_add(skipped);
            let at = read(&self.ledger, move |ledger| {
                ledger.attested_at(kind, &ring, seq)
            })
            .await?;
            if at.is_none_or(|at| now <= at.saturating_add(ttl)) {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// Lists of the completed blocks from `first` to `last`; `None` while a block or a list cannot be
    /// read.
    async fn lists_of(
        &self,
        bench: &mut BlockBench,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<DeviceList>>, VerifierError> {
        bench.settled.retain(|hour, _| *hour >= first);
        let unknown: Vec<u64> = (first..=last)
            .filter(|hour| !bench.settled.contains_key(hour))
            .collect();
        for chunk in unknown.chunks(HOURS_PER_READING) {
            let chunk = chunk.to_vec();
            for open in read(&self.ledger, move |ledger| ledger.hours(&chunk)).await? {
                let list = match open.block {
                    Some(block) if block.state == BlockState::Completed => Some(block.device_list),
                    Some(block) if block.state != BlockState::Processing => None,
                    Some(_) | None => return Ok(None),
                };
                bench.settled.insert(open.hour, list);
            }
        }
        let mut lists = Vec::new();
        for hour in first..=last {
            let settled = bench.settled.get(&hour).copied().flatten();
            let Some(hash) = settled else { continue };
            let Some(list) = self.device_list(&hash).await? else {
                tracing::warn!(period = hour, "device list of a completed block is missing");
                return Ok(None);
            };
            lists.push(list);
        }
        Ok(Some(lists))
    }

    /// The own next root, stored before anybody can vote for it; `place` is its sequence, its last
    /// hour and the sequence of the root before it, which a veto changes.
    async fn own_root(
        &self,
        bench: &mut BlockBench,
        previous: Option<&RootBundle>,
        lists: &[DeviceList],
        place: (u64, u64, u64),
    ) -> Result<Arc<RootReport>, VerifierError> {
        if let Some((of, report)) = &bench.root
            && *of == place
        {
            return Ok(report.clone());
        }
        let (seq, through, _) = place;
        let ring = addresses::rewards::roots().to_bytes();
        let bundle = RootBundle::build(previous, lists, through).map_err(VerifierError::Report)?;
        let report = Arc::new(RootReport::new(bundle, &ring).map_err(VerifierError::Report)?);
        let bytes = borsh::to_vec(&report.bundle).map_err(|_| VerifierError::Encoding)?;
        let hash = hex::encode(report.payload.bundle);
        self.put(format!("bundles/{hash}"), bytes).await?;
        let vote = report.vote(&ring, seq);
        let name = proposal_name(ReportKind::RewardRoot, seq, &vote);
        self.put(name, report.payload.encode().to_vec()).await?;
        tracing::info!(
            period = seq,
            through,
            leaves = report.payload.leaf_count,
            "reward tree built"
        );
        bench.root = Some((place, report.clone()));
        Ok(report)
    }

    /// The payload behind a hash, if it is stored and hashes to it.
    async fn root_of(&self, seq: u64, payload: &Key) -> Result<Option<RewardRoot>, VerifierError> {
        let kind = ReportKind::RewardRoot;
        let ring = addresses::rewards::roots().to_bytes();
        let bytes = self.stored_payload(kind, &ring, seq, payload).await?;
        Ok(bytes.and_then(|bytes| RewardRoot::decode(&bytes)))
    }

    /// Whether a payload is the tree of the completed blocks up to some final hour.
    async fn is_sound_root(
        &self,
        previous: Option<&RootBundle>,
        lists: &[DeviceList],
        seq: u64,
        through: u64,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        let Some(root) = self.root_of(seq, payload).await? else {
            return Ok(false);
        };
        if root.through_hour > through
            || previous.is_some_and(|previous| root.through_hour <= previous.through_hour)
        {
            return Ok(false);
        }
        let within: Vec<DeviceList> = lists
            .iter()
            .filter(|list| list.hour <= root.through_hour)
            .cloned()
            .collect();
        let ring = addresses::rewards::roots().to_bytes();
        let rebuilt = RootBundle::build(previous, &within, root.through_hour)
            .and_then(|bundle| RootReport::new(bundle, &ring));
        Ok(rebuilt.is_ok_and(|report| report.payload == root))
    }

    /// The bundle of an accepted root: `Some(None)` before the first one, `None` while it cannot be
    /// found.
    async fn bundle_of(
        &self,
        bench: &mut BlockBench,
        root: Option<&RootView>,
    ) -> Result<Option<Option<Arc<RootBundle>>>, VerifierError> {
        let Some(root) = root else {
            return Ok(Some(None));
        };
        if let Some((seq, bundle)) = &bench.accepted
            && *seq == root.seq
        {
            return Ok(Some(Some(bundle.clone())));
        }
        let found = self.find_bundle(root).await?.map(Arc::new);
        if let Some(bundle) = &found {
            bench.accepted = Some((root.seq, bundle.clone()));
        } else {
            tracing::warn!(period = root.seq, "bundle of an accepted root is missing");
        }
        Ok(found.map(Some))
    }

    async fn find_bundle(&self, root: &RootView) -> Result<Option<RootBundle>, VerifierError> {
        let kind = ReportKind::RewardRoot.to_u8();
        for name in self.list(format!("reports/{kind}/{}", root.seq)).await? {
            let bytes = self.get(name).await?.unwrap_or_default();
            let Some(payload) =
                RewardRoot::decode(&bytes).filter(|payload| payload.root == root.root)
            else {
                continue;
            };
            if let Some(bundle) = self.root_bundle(&payload.bundle).await? {
                return Ok(Some(bundle));
            }
        }
        Ok(None)
    }

    async fn root_bundle(&self, hash: &Key) -> Result<Option<RootBundle>, VerifierError> {
        let bytes = self.get(format!("bundles/{}", hex::encode(hash))).await?;
        Ok(bytes
            .and_then(|bytes| RootBundle::decode(&bytes).ok())
            .filter(|bundle| bundle.hash() == *hash))
    }

    /// Rebuilds each accepted root that can still be vetoed from its evidence, and raises the alarm
    /// where that gives another one.
    async fn watch_roots(
        &self,
        bench: &mut BlockBench,
        roots: &RootsView,
        emission: &EmissionView,
        now: i64,
    ) -> Result<(), VerifierError> {
        let pending: Vec<RootView> = roots
            .roots
            .iter()
            .filter(|root| !root.is_vetoed && now < root.mature_at)
            .copied()
            .collect();
        bench
            .checked
            .retain(|seq, _| pending.iter().any(|root| root.seq == *seq));
        for root in &pending {
            if bench.checked.get(&root.seq) == Some(&true) {
                continue;
            }
            let is_sound = self.is_rebuilt(root, emission).await?;
            if !is_sound && bench.checked.insert(root.seq, false).is_none() {
                tracing::error!(
                    period = root.seq,
                    "accepted reward root cannot be rebuilt; veto it"
                );
            }
            if is_sound {
                bench.checked.insert(root.seq, true);
            }
        }
        let doubtful = bench.checked.values().filter(|sound| !**sound).count() as u64;
        let help = "Accepted reward roots that can be vetoed and cannot be rebuilt.";
        self.metrics
            .set("verifier_reward_roots_doubtful", help, &[], doubtful);
        Ok(())
    }

    async fn is_rebuilt(
        &self,
        root: &RootView,
        emission: &EmissionView,
    ) -> Result<bool, VerifierError> {
        let Some(bundle) = self.find_bundle(root).await? else {
            return Ok(false);
        };
        let previous = match &bundle.previous {
            Some(hash) => match self.root_bundle(hash).await? {
                Some(previous) => Some(previous),
                None => return Ok(false),
            },
            None => None,
        };
        let first = previous.as_ref().map_or(emission.start_hour, |previous| {
            previous.through_hour.saturating_add(1)
        });
        // Apart from the one in use, so that what it remembers stays.
        let mut aside = BlockBench::default();
        let lists = self
            .lists_of(&mut aside, first, bundle.through_hour)
            .await?;
        let Some(lists) = lists else {
            return Ok(false);
        };
        let ring = addresses::rewards::roots().to_bytes();
        let rebuilt = RootBundle::build(previous.as_ref(), &lists, bundle.through_hour)
            .and_then(|bundle| RootReport::new(bundle, &ring));
        Ok(rebuilt.is_ok_and(|report| report.bundle == bundle && report.payload.root == root.root))
    }
}
