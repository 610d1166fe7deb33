//! The reward tree: its facts, the time of its roots, and their acceptance (economics §7.5).

use std::collections::BTreeMap;

use ion_client::{addresses, instructions};
use ion_economics::{block::BlockState, params::rewards as param};
use ion_merkle::{earnings::RewardRoot, report::ReportKind};
use ion_observation::Key;
use ion_report::{DeviceList, ReportError, RootBundle, RootReport};
use registry::state::Params;
use solana_pubkey::Pubkey;

use super::{
    VerifierError,
    state::Verifier,
    summaries::BlockBench,
    trees::{EarningsTree, NextTree, TreeTerms},
};
use crate::chain_view::{EmissionView, VerifierSetView, read};

/// Most hours that one root adds.
const MAX_HOURS: u64 = 2_048;
/// Hours read in one go.
const HOURS_PER_READING: usize = 256;

/// The tree of block rewards: its facts are the device lists of completed blocks.
pub(super) struct RewardTree;

impl EarningsTree for RewardTree {
    type Bundle = RootBundle;
    type Payload = RewardRoot;
    type Report = RootReport;
    type Facts = DeviceList;
    type World = EmissionView;

    const KIND: ReportKind = ReportKind::RewardRoot;
    const NAME: &'static str = "reward";
    const DOUBTFUL: (&'static str, &'static str) = (
        "verifier_reward_roots_doubtful",
        "Accepted reward roots that can be vetoed and cannot be rebuilt.",
    );

    fn ring() -> Pubkey {
        addresses::rewards::roots()
    }

    fn decode(bytes: &[u8]) -> Option<RewardRoot> {
        RewardRoot::decode(bytes)
    }

    fn encode(payload: &RewardRoot) -> Vec<u8> {
        payload.encode().to_vec()
    }

    fn terms(payload: &RewardRoot) -> TreeTerms {
        TreeTerms {
            root: payload.root,
            leaf_count: payload.leaf_count,
            through: payload.through_hour,
            bundle: payload.bundle,
        }
    }

    fn decode_bundle(bytes: &[u8]) -> Option<RootBundle> {
        RootBundle::decode(bytes).ok()
    }

    fn hash(bundle: &RootBundle) -> Key {
        bundle.hash()
    }

    fn previous(bundle: &RootBundle) -> Option<Key> {
        bundle.previous
    }

    fn through(bundle: &RootBundle) -> u64 {
        bundle.through_hour
    }

    fn period(list: &DeviceList) -> u64 {
        list.hour
    }

    fn build(
        previous: Option<&RootBundle>,
        lists: &[&DeviceList],
        through: u64,
    ) -> Result<RootReport, ReportError> {
        let bundle = RootBundle::build(previous, lists.iter().copied(), through)?;
        RootReport::new(bundle, &Self::ring().to_bytes())
    }

    fn payload(report: &RootReport) -> &RewardRoot {
        &report.payload
    }

    fn bundle(report: &RootReport) -> &RootBundle {
        &report.bundle
    }

    fn start(emission: &EmissionView) -> u64 {
        emission.start_hour
    }

    async fn facts(
        verifier: &Verifier,
        _: &EmissionView,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<DeviceList>>, VerifierError> {
        verifier.lists_of(&mut BTreeMap::new(), first, last).await
    }
}

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
        self.watch_tree(&mut bench.tree, &roots, emission, now)
            .await?;
        let newest = roots.newest().copied();
        let interval = params.value(&param::ROOT_INTERVAL, now);
        if newest.is_some_and(|root| now < root.accepted_at.saturating_add(interval)) {
            return Ok(());
        }
        let first = newest.map_or(emission.start_hour, |root| root.through.saturating_add(1));
        let end = emission
            .next_final_hour
            .min(first.saturating_add(MAX_HOURS));
        let Some(through) = end.checked_sub(1).filter(|last| *last >= first) else {
            return Ok(());
        };
        let ttl = params.value(&param::REPORT_TTL, now);
        let next = self.next_seq::<RewardTree>(roots.head, ttl, now).await?;
        let Some(seq) = next else {
            return Ok(());
        };
        let poll = read(&self.ledger, move |ledger| {
            ledger.poll(RewardTree::KIND, &RewardTree::ring(), seq)
        })
        .await?;
        if let Some(payload) = poll.as_ref().and_then(|poll| poll.attested) {
            let Some(root) = self.tree_payload::<RewardTree>(seq, &payload).await? else {
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
        let lists = self.lists_of(&mut bench.settled, first, through).await?;
        // Hours without a completed block add nothing to the tree.
        let Some(lists) = lists.filter(|lists| !lists.is_empty()) else {
            return Ok(());
        };
        let Some(previous) = self.bundle_of(&mut bench.tree, newest.as_ref()).await? else {
            return Ok(());
        };
        let place = (seq, through, newest.map_or(0, |root| root.seq));
        let own = self
            .own_tree(&mut bench.tree, previous.as_deref(), &lists, place)
            .await?;
        self.vote_tree(NextTree::<RewardTree> {
            seq,
            set,
            poll: poll.as_ref(),
            previous: previous.as_deref(),
            facts: &lists,
            own: &own,
        })
        .await
    }

    /// Lists of the completed blocks from `first` to `last`; `None` while a block or a list cannot be
    /// read.
    async fn lists_of(
        &self,
        settled: &mut BTreeMap<u64, Option<Key>>,
        first: u64,
        last: u64,
    ) -> Result<Option<Vec<DeviceList>>, VerifierError> {
        settled.retain(|hour, _| *hour >= first);
        let unknown: Vec<u64> = (first..=last)
            .filter(|hour| !settled.contains_key(hour))
            .collect();
        for chunk in unknown.chunks(HOURS_PER_READING) {
            let chunk = chunk.to_vec();
            for open in read(&self.ledger, move |ledger| ledger.hours(&chunk)).await? {
                let list = match open.block {
                    Some(block) if block.state == BlockState::Completed => Some(block.device_list),
                    Some(block) if block.state != BlockState::Processing => None,
                    Some(_) | None => return Ok(None),
                };
                settled.insert(open.hour, list);
            }
        }
        let mut lists = Vec::new();
        for hour in first..=last {
            let hash = settled.get(&hour).copied().flatten();
            let Some(hash) = hash else { continue };
            let Some(list) = self.device_list(&hash).await? else {
                tracing::warn!(period = hour, "device list of a completed block is missing");
                return Ok(None);
            };
            lists.push(list);
        }
        Ok(Some(lists))
    }
}
