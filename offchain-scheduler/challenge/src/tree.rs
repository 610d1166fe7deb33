//! Merkle tree over the rows of one product.

use ion_merkle::{Sha256Hasher, Tree};

use crate::digest::Hash;

const ROW_TAG: &[u8] = b"ION_CHALLENGE_ROW_V1";

/// Tree whose leaf `i` commits to row `i`; leaf and node domains differ, and the leaf count is
/// hashed into the root, so a shorter tree has another root.
#[derive(Clone, Debug)]
pub struct RowTree(Tree);

impl RowTree {
    /// Tree over row leaves in order of rows; at least one leaf.
    pub fn new(leaves: Vec<Hash>) -> Self {
        RowTree(Tree::new(leaves))
    }

    /// Root over top node and leaf count.
    pub fn root(&self) -> Hash {
        self.0.root()
    }

    /// Sibling hashes of row `row`, from the leaf upwards; `None` when there is no such row.
    pub fn proof(&self, row: u32) -> Option<Vec<Hash>> {
        self.0.proof(row as usize)
    }
}

/// Leaf of a row: its index and its entries, 32-bit little-endian.
pub fn row_leaf(row: u32, entries: &[i32]) -> Hash {
    let bytes: Vec<u8> = entries
        .iter()
        .flat_map(|entry| entry.to_le_bytes())
        .collect();
    ion_merkle::leaf::<Sha256Hasher, 2>(ROW_TAG, &[&row.to_le_bytes(), &bytes])
}

/// Whether `leaf` is leaf `row` of the tree of `n` rows with this root.
pub(crate) fn is_member(root: &Hash, leaf: &Hash, row: u32, n: u32, siblings: &[Hash]) -> bool {
    ion_merkle::verify::<Sha256Hasher>(root, leaf, u64::from(row), u64::from(n), siblings)
}
