//! Building a tree and its proofs.

use alloc::vec::Vec;

use crate::hash::{node, root, Hash, Sha256Hasher};

/// A whole tree in memory, levels from the leaves upwards.
#[derive(Clone, Debug)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
    count: u64,
}

impl Tree {
    /// The tree over these leaf hashes in this order.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let count = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            let above = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node::<Sha256Hasher>(left, right),
                    // An odd last node moves up unchanged.
                    _ => pair.first().copied().unwrap_or_default(),
                })
                .collect();
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels, count }
    }

    /// `sha256(0x02 ‖ count ‖ top)`. The top of an empty tree is 32 zero bytes; no proof verifies
    /// against it.
    pub fn root(&self) -> Hash {
        let top = self
            .levels
            .last()
            .and_then(|level| level.first())
            .copied()
            .unwrap_or_default();
        root::<Sha256Hasher>(self.count, &top)
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Siblings of the leaf at `index` from the leaf upwards, as [`crate::verify`] takes them;
    /// `None` outside the tree.
    pub fn proof(&self, index: usize) -> Option<Vec<Hash>> {
        self.levels.first()?.get(index)?;
        let siblings = self
            .levels
            .iter()
            .scan(index, |position, level| {
                let sibling = level.get(*position ^ 1).copied();
                *position >>= 1;
                Some(sibling)
            })
            .flatten()
            .collect();
        Some(siblings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn proof_outside_the_tree_does_not_exist() {
        let tree = Tree::new(vec![[1; 32]; 3]);
        assert_eq!(tree.proof(3), None);
        assert_eq!(tree.count(), 3);
        assert_eq!(tree.proof(2).map(|siblings| siblings.len()), Some(1));
        assert_eq!(Tree::new(Vec::new()).proof(0), None);
    }

    #[test]
    fn equal_leaves_in_trees_of_different_size_give_different_roots() {
        let roots: Vec<Hash> = (0..6).map(|n| Tree::new(vec![[1; 32]; n]).root()).collect();
        for (i, a) in roots.iter().enumerate() {
            for b in &roots[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }
}
