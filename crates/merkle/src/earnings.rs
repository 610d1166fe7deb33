//! Roots of the trees of cumulative earnings and their leaves (economics §2.5, §7.5, §10.5).
//!
//! The reward tree and the payout tree have one shape of leaf; the key of a leaf is the RootRing
//! account of its tree, so that a leaf of one tree proves nothing in the other.

use crate::hash::{leaf, Hash, Hasher};
use crate::payload::{self, Reader};

/// Tag of a leaf of the reward tree.
pub const REWARD_LEAF_TAG: &[u8] = b"REWARD_LEAF_V1";
/// Tag of a leaf of the payout tree.
pub const PAYOUT_LEAF_TAG: &[u8] = b"PAYOUT_LEAF_V1";

/// Which of the two trees of earnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarningsTree {
    /// Block rewards; key the RootRing of `rewards`.
    Reward,
    /// Payouts of the engine; key the RootRing of `ide`.
    Payout,
}

impl EarningsTree {
    /// Tag of the leaves of this tree.
    pub const fn tag(self) -> &'static [u8] {
        match self {
            Self::Reward => REWARD_LEAF_TAG,
            Self::Payout => PAYOUT_LEAF_TAG,
        }
    }
}

/// What one party earned with one device since the beginning.
///
/// Leaves of a tree are sorted by device, then party, and no pair occurs twice. A pair that ever
/// had a leaf keeps one, zero included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarningsLeaf {
    /// The Device account.
    pub device: [u8; 32],
    /// Owner of the device at registration, or the wallet of a co-position.
    pub party: [u8; 32],
    /// All IO ever earned, base units.
    pub lifetime_io: u64,
    /// All USDC ever earned, base units; 0 in the reward tree.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD; 0 in the reward tree.
    pub arrears_usd_micros: u64,
}

impl EarningsLeaf {
    /// `sha256(0x00 ‖ tag ‖ ring ‖ device ‖ party ‖ lifetime_io ‖ lifetime_usdc ‖ arrears)`, `ring`
    /// being the address of the tree's RootRing account.
    pub fn hash<H: Hasher>(&self, tree: EarningsTree, ring: &[u8; 32]) -> Hash {
        leaf::<H, 6>(
            tree.tag(),
            &[
                ring,
                &self.device,
                &self.party,
                &self.lifetime_io.to_le_bytes(),
                &self.lifetime_usdc.to_le_bytes(),
                &self.arrears_usd_micros.to_le_bytes(),
            ],
        )
    }
}

/// Payload of a `RewardRoot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardRoot {
    /// Root of the tree, leaf count included.
    pub root: Hash,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Last hour index whose rewards the lifetimes contain.
    pub through_hour: u64,
    /// Sum of the lifetimes, IO base units.
    pub lifetime_io: u64,
    /// SHA-256 of the evidence bundle the tree was computed from.
    pub bundle: Hash,
}

/// Bytes of an encoded [`RewardRoot`].
pub const REWARD_ROOT_BYTES: usize = 88;

impl RewardRoot {
    /// `root ‖ leaf_count u64 ‖ through_hour u64 ‖ lifetime_io u64 ‖ bundle`.
    pub fn encode(&self) -> [u8; REWARD_ROOT_BYTES] {
        payload::encode(&[
            &self.root,
            &self.leaf_count.to_le_bytes(),
            &self.through_hour.to_le_bytes(),
            &self.lifetime_io.to_le_bytes(),
            &self.bundle,
        ])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let root = Self {
            root: reader.bytes()?,
            leaf_count: reader.u64()?,
            through_hour: reader.u64()?,
            lifetime_io: reader.u64()?,
            bundle: reader.bytes()?,
        };
        reader.end(root)
    }
}

/// Payload of a `PayoutRoot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutRoot {
    /// Root of the tree, leaf count included.
    pub root: Hash,
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Last epoch (UTC day index) whose payments the lifetimes contain.
    pub through_epoch: u64,
    /// Sum of the IO lifetimes, base units.
    pub lifetime_io: u64,
    /// Sum of the USDC lifetimes, base units.
    pub lifetime_usdc: u64,
    /// Sum of the arrears, 1e-6 USD.
    pub arrears_usd_micros: u64,
    /// SHA-256 of the evidence bundle the tree was computed from.
    pub bundle: Hash,
}

/// Bytes of an encoded [`PayoutRoot`].
pub const PAYOUT_ROOT_BYTES: usize = 104;

impl PayoutRoot {
    /// `root ‖ leaf_count u64 ‖ through_epoch u64 ‖ lifetime_io u64 ‖ lifetime_usdc u64 ‖ arrears
    /// u64 ‖ bundle`.
    pub fn encode(&self) -> [u8; PAYOUT_ROOT_BYTES] {
        payload::encode(&[
            &self.root,
            &self.leaf_count.to_le_bytes(),
            &self.through_epoch.to_le_bytes(),
            &self.lifetime_io.to_le_bytes(),
            &self.lifetime_usdc.to_le_bytes(),
            &self.arrears_usd_micros.to_le_bytes(),
            &self.bundle,
        ])
    }

    /// The inverse of [`Self::encode`]; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let root = Self {
            root: reader.bytes()?,
            leaf_count: reader.u64()?,
            through_epoch: reader.u64()?,
            lifetime_io: reader.u64()?,
            lifetime_usdc: reader.u64()?,
            arrears_usd_micros: reader.u64()?,
            bundle: reader.bytes()?,
        };
        reader.end(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256Hasher;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type H = Sha256Hasher;

    fn earnings() -> EarningsLeaf {
        EarningsLeaf {
            device: [1; 32],
            party: [2; 32],
            lifetime_io: 0x0102_0304,
            lifetime_usdc: 5,
            arrears_usd_micros: 6,
        }
    }

    #[test]
    fn earnings_leaf_hash_is_over_the_documented_bytes() {
        for (tree, tag) in [
            (EarningsTree::Reward, b"REWARD_LEAF_V1"),
            (EarningsTree::Payout, b"PAYOUT_LEAF_V1"),
        ] {
            let mut bytes: Vec<u8> = Vec::new();
            bytes.push(0);
            bytes.extend(tag);
            bytes.extend([7; 32]);
            bytes.extend([1; 32]);
            bytes.extend([2; 32]);
            bytes.extend([4, 3, 2, 1, 0, 0, 0, 0]);
            bytes.extend(5_u64.to_le_bytes());
            bytes.extend(6_u64.to_le_bytes());
            assert_eq!(earnings().hash::<H>(tree, &[7; 32]), H::hash(&[&bytes]));
        }
    }

    proptest! {
        #[test]
        fn any_changed_field_changes_the_leaf(byte in 0_usize..32, by in 1_u64..) {
            let base = earnings().hash::<H>(EarningsTree::Reward, &[7; 32]);
            let changes: [fn(&mut EarningsLeaf, usize, u64); 5] = [
                |leaf, byte, _| leaf.device[byte] ^= 1,
                |leaf, byte, _| leaf.party[byte] ^= 1,
                |leaf, _, by| leaf.lifetime_io = leaf.lifetime_io.wrapping_add(by),
                |leaf, _, by| leaf.lifetime_usdc = leaf.lifetime_usdc.wrapping_add(by),
                |leaf, _, by| leaf.arrears_usd_micros = leaf.arrears_usd_micros.wrapping_add(by),
            ];
            for change in changes {
                let mut other = earnings();
                change(&mut other, byte, by);
                prop_assert_ne!(other.hash::<H>(EarningsTree::Reward, &[7; 32]), base);
            }
            let mut ring = [7; 32];
            ring[byte] ^= 1;
            prop_assert_ne!(earnings().hash::<H>(EarningsTree::Reward, &ring), base);
            prop_assert_ne!(earnings().hash::<H>(EarningsTree::Payout, &[7; 32]), base);
        }

        #[test]
        fn roots_round_trip(root: [u8; 32], leaf_count: u64, through: u64, io: u64, usdc: u64, arrears: u64, bundle: [u8; 32]) {
            let reward = RewardRoot { root, leaf_count, through_hour: through, lifetime_io: io, bundle };
            let bytes = reward.encode();
            prop_assert_eq!(RewardRoot::decode(&bytes), Some(reward));
            prop_assert_eq!(RewardRoot::decode(&bytes[1..]), None);
            let payout = PayoutRoot {
                root, leaf_count, through_epoch: through, lifetime_io: io, lifetime_usdc: usdc,
                arrears_usd_micros: arrears, bundle,
            };
            let bytes = payout.encode();
            prop_assert_eq!(PayoutRoot::decode(&bytes), Some(payout));
            prop_assert_eq!(PayoutRoot::decode(&bytes[1..]), None);
            let mut longer = Vec::from(bytes);
            longer.push(0);
            prop_assert_eq!(PayoutRoot::decode(&longer), None);
        }
    }
}
