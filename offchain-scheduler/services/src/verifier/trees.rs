//! What the reward tree and the payout tree have in common: the own tree is stored before anybody can
//! vote for it, others are judged by building them again, an accepted one is found by its root, and a
//! watch rebuilds those that can still be vetoed (economics §7.5, §10.5).
//!
//! Invariant: every root stands on the newest accepted root before it that is not vetoed, so one that
//! was built on a root that was vetoed since is recognised as false.

use std::{collections::BTreeMap, sync::Arc};

use borsh::BorshSerialize;
use ion_merkle::{
    Sha256Hasher,
    report::{ReportKind, payload_hash},
};
use ion_observation::{Candidate, Key};
use ion_report::ReportError;
use solana_pubkey::Pubkey;

use super::{VerifierError, attest::proposal_name, ballot::Ballot, state::Verifier};
use crate::chain_view::{PollView, RootView, RootsView, VerifierSetView, read};

/// Sequences looked at for one that is not spent.
const MAX_SKIPPED: u64 = 16;

/// What a payload says of its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeTerms {
    /// The root.
    pub root: Key,
    /// Leaves.
    pub leaf_count: u64,
    /// Last hour or day that is contained.
    pub through: u64,
    /// Hash of the evidence.
    pub bundle: Key,
}

/// One of the trees of earnings.
pub(super) trait EarningsTree: Send + Sync + Sized + 'static {
    /// Evidence of a root as it is stored.
    type Bundle: BorshSerialize + PartialEq + Send + Sync;
    /// What is voted for.
    type Payload: PartialEq + Send + Sync;
    /// A root with its tree.
    type Report: Send + Sync;
    /// What one period adds.
    type Facts: Send + Sync;
    /// What the facts are read by.
    type World: Sync;

    /// Kind of its reports.
    const KIND: ReportKind;
    /// Its name in logs.
    const NAME: &'static str;
    /// Gauge of the accepted roots that cannot be rebuilt, and its help.
    const DOUBTFUL: (&'static str, &'static str);

    /// Ring of its roots, subject of its reports.
    fn ring() -> Pubkey;
    /// A payload off its bytes.
    fn decode(bytes: &[u8]) -> Option<Self::Payload>;
    /// The bytes of a payload.
    fn encode(payload: &Self::Payload) -> Vec<u8>;
    /// What a payload says.
    fn terms(payload: &Self::Payload) -> TreeTerms;
    /// A bundle off its bytes.
    fn decode_bundle(bytes: &[u8]) -> Option<Self::Bundle>;
    /// Hash under which a bundle is stored.
    fn hash(bundle: &Self::Bundle) -> Key;
    /// Hash of the bundle that a bundle adds to.
    fn previous(bundle: &Self::Bundle) -> Option<Key>;
    /// Last period that a bundle contains.
    fn through(bundle: &Self::Bundle) -> u64;
    /// Period of a fact.
    fn period(fact: &Self::Facts) -> u64;
    /// Adds the facts to the root before, up to `through`.
    fn build(
        previous: Option<&Self::Bundle>,
        facts: &[&Self::Facts],
        through: u64,
    ) -> Result<Self::Report, ReportError>;
    /// The payload of a report.
    fn payload(report: &Self::Report) -> &Self::Payload;
    /// The bundle of a report.
    fn bundle(report: &Self::Report) -> &Self::Bundle;
    /// The first period of all.
    fn start(world: &Self::World) -> u64;
    /// Facts of `first` to `last`, read apart from what a loop remembers; `None` while something of
    /// them cannot be read.
    fn facts(
        verifier: &Verifier,
        world: &Self::World,
        first: u64,
        last: u64,
    ) -> impl Future<Output = Result<Option<Vec<Self::Facts>>, VerifierError>> + Send;
}

/// Sequence of a root, its last period, and the sequence of the root before it, which a veto changes.
pub(super) type Place = (u64, u64, u64);

/// What is remembered of a tree. Lost at a restart without harm.
pub(super) struct TreeBench<T: EarningsTree> {
    /// The root this verifier would have next.
    root: Option<(Place, Arc<T::Report>)>,
    /// Bundle of an accepted root, by its sequence.
    accepted: Option<(u64, Arc<T::Bundle>)>,
    /// Accepted roots that were checked, with the root before them.
    checked: BTreeMap<(u64, u64), bool>,
}

impl<T: EarningsTree> Default for TreeBench<T> {
    fn default() -> Self {
        Self {
            root: None,
            accepted: None,
            checked: BTreeMap::new(),
        }
    }
}

/// A tree that may be voted on.
pub(super) struct NextTree<'a, T: EarningsTree> {
    /// Sequence of its report.
    pub seq: u64,
    /// The verifier set.
    pub set: &'a VerifierSetView,
    /// The poll, if it is open.
    pub poll: Option<&'a PollView>,
    /// Bundle of the root before.
    pub previous: Option<&'a T::Bundle>,
    /// What has come since.
    pub facts: &'a [T::Facts],
    /// The own tree.
    pub own: &'a T::Report,
}

fn vote_of<T: EarningsTree>(payload: &T::Payload, seq: u64) -> Key {
    let ring = T::ring().to_bytes();
    payload_hash::<Sha256Hasher>(T::KIND, &ring, seq, &T::encode(payload))
}

impl Verifier {
    /// The next sequence of a ring whose report is not spent: attested and not accepted in time means
    /// spent.
    pub(super) async fn next_seq<T: EarningsTree>(
        &self,
        head: u64,
        ttl: i64,
        now: i64,
    ) -> Result<Option<u64>, VerifierError> {
        for skipped in 1..=MAX_SKIPPED {
            let seq = head.saturating_add(skipped);
            let at = read(&self.ledger, move |ledger| {
                ledger.attested_at(T::KIND, &T::ring(), seq)
            })
            .await?;
            if at.is_none_or(|at| now <= at.saturating_add(ttl)) {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// The own next root, stored before anybody can vote for it.
    pub(super) async fn own_tree<T: EarningsTree>(
        &self,
        bench: &mut TreeBench<T>,
        previous: Option<&T::Bundle>,
        facts: &[T::Facts],
        place: Place,
    ) -> Result<Arc<T::Report>, VerifierError> {
        if let Some((of, report)) = &bench.root
            && *of == place
        {
            return Ok(report.clone());
        }
        let (seq, through, _) = place;
        let facts: Vec<&T::Facts> = facts.iter().collect();
        let report = Arc::new(T::build(previous, &facts, through).map_err(VerifierError::Report)?);
        let payload = T::payload(&report);
        let terms = T::terms(payload);
        let bytes = borsh::to_vec(T::bundle(&report)).map_err(|_| VerifierError::Encoding)?;
        self.put(format!("bundles/{}", hex::encode(terms.bundle)), bytes)
            .await?;
        let name = proposal_name(T::KIND, seq, &vote_of::<T>(payload, seq));
        self.put(name, T::encode(payload)).await?;
        tracing::info!(
            period = seq,
            through,
            leaves = terms.leaf_count,
            tree = T::NAME,
            "tree built"
        );
        bench.root = Some((place, report.clone()));
        Ok(report)
    }

    /// Opens the poll of a tree or moves the vote to the best sound one.
    pub(super) async fn vote_tree<T: EarningsTree>(
        &self,
        next: NextTree<'_, T>,
    ) -> Result<(), VerifierError> {
        let mut candidates = Vec::new();
        let poll = next.poll;
        if let Some(poll) = poll.filter(|poll| poll.set_version == next.set.version) {
            for (payload, votes) in poll.counted() {
                candidates.push(Candidate {
                    payload,
                    votes,
                    is_sound: self.is_sound_tree(&next, &payload).await?,
                });
            }
        }
        self.cast(Ballot {
            kind: T::KIND,
            subject: T::ring(),
            seq: next.seq,
            set: next.set,
            poll,
            own: Some(vote_of::<T>(T::payload(next.own), next.seq)),
            candidates,
        })
        .await
    }

    /// The payload behind a hash, if it is stored and hashes to it.
    pub(super) async fn tree_payload<T: EarningsTree>(
        &self,
        seq: u64,
        payload: &Key,
    ) -> Result<Option<T::Payload>, VerifierError> {
        let ring = T::ring().to_bytes();
        let bytes = self.stored_payload(T::KIND, &ring, seq, payload).await?;
        Ok(bytes.and_then(|bytes| T::decode(&bytes)))
    }

    /// Whether a payload is the tree of the facts up to some period of theirs.
    async fn is_sound_tree<T: EarningsTree>(
        &self,
        next: &NextTree<'_, T>,
        payload: &Key,
    ) -> Result<bool, VerifierError> {
        let Some(claimed) = self.tree_payload::<T>(next.seq, payload).await? else {
            return Ok(false);
        };
        let through = T::terms(&claimed).through;
        let last = T::terms(T::payload(next.own)).through;
        let before = next.previous.map(T::through);
        if through > last || before.is_some_and(|before| through <= before) {
            return Ok(false);
        }
        let within: Vec<&T::Facts> = next
            .facts
            .iter()
            .filter(|fact| T::period(fact) <= through)
            .collect();
        let rebuilt = T::build(next.previous, &within, through);
        Ok(rebuilt.is_ok_and(|report| *T::payload(&report) == claimed))
    }

    /// The bundle of an accepted root: `Some(None)` before the first one, `None` while it cannot be
    /// found.
    pub(super) async fn bundle_of<T: EarningsTree>(
        &self,
        bench: &mut TreeBench<T>,
        root: Option<&RootView>,
    ) -> Result<Option<Option<Arc<T::Bundle>>>, VerifierError> {
        let Some(root) = root else {
            return Ok(Some(None));
        };
        if let Some((seq, bundle)) = &bench.accepted
            && *seq == root.seq
        {
            return Ok(Some(Some(bundle.clone())));
        }
        let found = self.find_bundle::<T>(root).await?.map(Arc::new);
        if let Some(bundle) = &found {
            bench.accepted = Some((root.seq, bundle.clone()));
        } else {
            tracing::warn!(
                period = root.seq,
                tree = T::NAME,
                "bundle of an accepted root is missing"
            );
        }
        Ok(found.map(Some))
    }

    /// The stored bundle of an accepted root.
    pub(super) async fn find_bundle<T: EarningsTree>(
        &self,
        root: &RootView,
    ) -> Result<Option<T::Bundle>, VerifierError> {
        let folder = format!("reports/{}/{}", T::KIND.to_u8(), root.seq);
        for name in self.list(folder).await? {
            let bytes = self.get(name).await?.unwrap_or_default();
            let Some(terms) = T::decode(&bytes)
                .map(|payload| T::terms(&payload))
                .filter(|terms| terms.root == root.root)
            else {
                continue;
            };
            let name = format!("bundles/{}", hex::encode(terms.bundle));
            let bundle = self
                .get(name)
                .await?
                .and_then(|bytes| T::decode_bundle(&bytes))
                .filter(|bundle| T::hash(bundle) == terms.bundle);
            if bundle.is_some() {
                return Ok(bundle);
            }
        }
        Ok(None)
    }

    /// Rebuilds each accepted root that can still be vetoed from its evidence, and raises the alarm
    /// where that gives another one, or where it stands on a root that was vetoed since.
    pub(super) async fn watch_tree<T: EarningsTree>(
        &self,
        bench: &mut TreeBench<T>,
        roots: &RootsView,
        world: &T::World,
        now: i64,
    ) -> Result<(), VerifierError> {
        let pending = || {
            let pending = roots.roots.iter();
            pending.filter(|root| !root.is_vetoed && now < root.mature_at)
        };
        let key = |root: &RootView| (root.seq, roots.before(root).map_or(0, |one| one.seq));
        let known: Vec<(u64, u64)> = pending().map(key).collect();
        bench.checked.retain(|of, _| known.contains(of));
        let mut doubtful = 0;
        for root in pending() {
            let key = key(root);
            if bench.checked.get(&key) == Some(&true) {
                continue;
            }
            let is_sound = self
                .is_rebuilt::<T>(root, roots.before(root), world)
                .await?;
            if bench.checked.insert(key, is_sound).is_none() && !is_sound {
                tracing::error!(
                    period = root.seq,
                    tree = T::NAME,
                    "accepted root cannot be rebuilt; veto it"
                );
            }
            doubtful += u64::from(!is_sound);
        }
        let (gauge, help) = T::DOUBTFUL;
        self.metrics.set(gauge, help, &[], doubtful);
        Ok(())
    }

    async fn is_rebuilt<T: EarningsTree>(
        &self,
        root: &RootView,
        before: Option<&RootView>,
        world: &T::World,
    ) -> Result<bool, VerifierError> {
        let Some(bundle) = self.find_bundle::<T>(root).await? else {
            return Ok(false);
        };
        let previous = match before {
            Some(before) => match self.find_bundle::<T>(before).await? {
                Some(previous) => Some(previous),
                None => return Ok(false),
            },
            None => None,
        };
        if T::previous(&bundle) != previous.as_ref().map(T::hash) {
            return Ok(false);
        }
        let first = previous
            .as_ref()
            .map_or_else(|| T::start(world), |one| T::through(one).saturating_add(1));
        let through = T::through(&bundle);
        let Some(facts) = T::facts(self, world, first, through).await? else {
            return Ok(false);
        };
        let facts: Vec<&T::Facts> = facts.iter().collect();
        let rebuilt = T::build(previous.as_ref(), &facts, through);
        Ok(rebuilt.is_ok_and(|report| {
            *T::bundle(&report) == bundle && T::terms(T::payload(&report)).root == root.root
        }))
    }
}
