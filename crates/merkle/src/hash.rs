//! Hashes with domain separation (economics §2.5).

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// First byte of every leaf preimage.
const LEAF_PREFIX: &[u8] = &[0x00];
/// First byte of every node preimage.
const NODE_PREFIX: &[u8] = &[0x01];
/// First byte of every root preimage.
const ROOT_PREFIX: &[u8] = &[0x02];

/// Most byte strings one leaf is made of, key included.
pub const MAX_LEAF_FIELDS: usize = 12;
/// Prefix and tag stand before the fields.
const MAX_LEAF_PARTS: usize = 14;

/// SHA-256 over the concatenation of parts. On chain the runtime computes it, off chain a library.
pub trait Hasher {
    /// SHA-256 of all `parts`, one after the other without separators.
    fn hash(parts: &[&[u8]]) -> Hash;
}

/// SHA-256 computed in this process.
#[cfg(any(test, feature = "host"))]
#[derive(Clone, Copy, Debug)]
pub struct Sha256Hasher;

#[cfg(any(test, feature = "host"))]
impl Hasher for Sha256Hasher {
    fn hash(parts: &[&[u8]]) -> Hash {
        use sha2::Digest;
        let mut state = sha2::Sha256::new();
        for part in parts {
            state.update(part);
        }
        state.finalize().into()
    }
}

/// `sha256(0x00 ‖ tag ‖ fields)`. The first field is the key of the tree (economics §2.5); every
/// field has a fixed width, so that no two leaves of one tag share a preimage. At most
/// [`MAX_LEAF_FIELDS`] fields, checked when compiled.
pub fn leaf<H: Hasher, const N: usize>(tag: &[u8], fields: &[&[u8]; N]) -> Hash {
    const { assert!(N <= MAX_LEAF_FIELDS) };
    let mut parts: [&[u8]; MAX_LEAF_PARTS] = [&[]; MAX_LEAF_PARTS];
    let head = [LEAF_PREFIX, tag];
    for (slot, part) in parts.iter_mut().zip(head.iter().chain(fields.iter())) {
        *slot = part;
    }
    H::hash(&parts)
}

/// `sha256(0x01 ‖ left ‖ right)`, by position and never sorted.
pub fn node<H: Hasher>(left: &Hash, right: &Hash) -> Hash {
    H::hash(&[NODE_PREFIX, left, right])
}

/// `sha256(0x02 ‖ count ‖ top)` with the leaf count as u64.
pub fn root<H: Hasher>(count: u64, top: &Hash) -> Hash {
    H::hash(&[ROOT_PREFIX, &count.to_le_bytes(), top])
}
