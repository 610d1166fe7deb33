//! The report of the reward tree.

use borsh::{BorshDeserialize, BorshSerialize};
use ion_merkle::{
    Hash, Sha256Hasher, Tree,
    earnings::RewardRoot,
    report::{ReportKind, payload_hash},
};

use crate::{DeviceList, Key, Lifetimes, RULES_VERSION, ReportError, tagged};

const ROOT_TAG: &[u8] = b"ION_ROOT_BUNDLE_V1";

/// Evidence of a reward root as stored, canonical Borsh: the root before it, the lists added since,
/// and the totals they give.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct RootBundle {
    /// [`RULES_VERSION`] of its maker.
    pub rules_version: u16,
    /// Last hour whose rewards the totals contain.
    pub through_hour: u64,
    /// Hash of the bundle of the accepted root before it; `None` for the first.
    pub previous: Option<Hash>,
    /// Hour and [`DeviceList::hash`] of the completed blocks since then, in order of hours.
    pub blocks: Vec<(u64, Hash)>,
    /// The totals.
    pub lifetimes: Lifetimes,
}

impl RootBundle {
    /// Adds the lists of completed blocks to the totals of the accepted root before.
    ///
    /// `previous` is that root's bundle; `lists` are those of the completed blocks after its hour up
    /// to `through_hour`, in order of hours (failed blocks and those of the other mode have none).
    /// Errors: `HoursOutOfOrder`, `Overflow`.
    pub fn build<'a>(
        previous: Option<&RootBundle>,
        lists: impl IntoIterator<Item = &'a DeviceList>,
        through_hour: u64,
    ) -> Result<Self, ReportError> {
        let mut lifetimes = previous.map_or_else(Lifetimes::default, |one| one.lifetimes.clone());
        let mut last = previous.map(|one| one.through_hour);
        let mut blocks = Vec::new();
        for list in lists {
            if last.is_some_and(|last| list.hour <= last) || list.hour > through_hour {
                return Err(ReportError::HoursOutOfOrder);
            }
            last = Some(list.hour);
            lifetimes.add(list)?;
            blocks.push((list.hour, list.hash()));
        }
        Ok(Self {
            rules_version: RULES_VERSION,
            through_hour,
            previous: previous.map(RootBundle::hash),
            blocks,
            lifetimes,
        })
    }

    /// Hash under which the bundle is stored and which the payload carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(ROOT_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Decodes a stored bundle. Error: `Undecodable`, also for totals out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let bundle: Self = borsh::from_slice(bytes).map_err(|_| ReportError::Undecodable)?;
        if bundle.lifetimes.is_canonical() {
            Ok(bundle)
        } else {
            Err(ReportError::Undecodable)
        }
    }
}

/// A reward root with the tree that its proofs come from.
#[derive(Clone, Debug)]
pub struct RootReport {
    /// Payload that is voted for.
    pub payload: RewardRoot,
    /// Evidence.
    pub bundle: RootBundle,
    tree: Tree,
}

impl RootReport {
    /// The report of a bundle; `ring` is the RootRing account of the rewards program. Error:
    /// `Overflow`.
    pub fn new(bundle: RootBundle, ring: &Key) -> Result<Self, ReportError> {
        let tree = bundle.lifetimes.tree(ring);
        let payload = RewardRoot {
            root: tree.root(),
            leaf_count: tree.count(),
            through_hour: bundle.through_hour,
            lifetime_io: bundle.lifetimes.total_io()?,
            bundle: bundle.hash(),
        };
        Ok(Self {
            payload,
            bundle,
            tree,
        })
    }

    /// Hash that verifiers vote for.
    pub fn vote(&self, ring: &Key, seq: u64) -> Hash {
        payload_hash::<Sha256Hasher>(ReportKind::RewardRoot, ring, seq, &self.payload.encode())
    }

    /// Proof of a leaf, from the leaf upwards; `None` when there is no such leaf.
    pub fn proof(&self, index: usize) -> Option<Vec<Hash>> {
        self.tree.proof(index)
    }
}
