//! Checking that a leaf stands at an index of a tree (economics §2.5).

use crate::hash::{node, root, Hash, Hasher};

/// Most siblings a proof can have: the depth of a tree of 2^64 leaves.
pub const MAX_SIBLINGS: usize = 64;

/// Whether `leaf` stands at `index` of the tree of `count` leaves with this root.
///
/// `siblings` run from the leaf upwards; a level at which the node is the odd last one has none.
/// False for an index outside the tree and for any surplus or missing sibling, so a leaf has
/// exactly one proof. Work: one hash per sibling and one for the root.
pub fn verify<H: Hasher>(
    expected: &Hash,
    leaf: &Hash,
    index: u64,
    count: u64,
    siblings: &[Hash],
) -> bool {
    if index >= count {
        return false;
    }
    let mut siblings = siblings.iter();
    let mut top = *leaf;
    let mut position = index;
    // Index of the last node of the level; index < count, so count is at least 1.
    let mut last = count.saturating_sub(1);
    while last > 0 {
        let is_right = position & 1 == 1;
        if is_right || position != last {
            let Some(sibling) = siblings.next() else {
                return false;
            };
            top = if is_right {
                node::<H>(sibling, &top)
            } else {
                node::<H>(&top, sibling)
            };
        }
        position >>= 1;
        last >>= 1;
    }
    siblings.next().is_none() && root::<H>(count, &top) == *expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sha256Hasher, Tree};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type H = Sha256Hasher;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count)
            .map(|i| crate::leaf::<H, 1>(b"TEST", &[&(i as u64).to_le_bytes()]))
            .collect()
    }

    #[test]
    fn proof_of_every_leaf_of_small_trees_verifies_at_its_place_only() {
        for count in 1..=33_usize {
            let all = leaves(count);
            let tree = Tree::new(all.clone());
            for (index, leaf) in all.iter().enumerate() {
                let proof = tree.proof(index).unwrap();
                for other in 0..count + 2 {
                    assert_eq!(
                        verify::<H>(&tree.root(), leaf, other as u64, count as u64, &proof),
                        other == index,
                        "count {count}, leaf {index}, claimed index {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn proof_for_an_empty_tree_is_refused() {
        let leaf = [7; 32];
        assert!(!verify::<H>(
            &Tree::new(Vec::new()).root(),
            &leaf,
            0,
            0,
            &[]
        ));
    }

    #[test]
    fn inner_node_shown_as_leaf_is_refused() {
        let all = leaves(4);
        let tree = Tree::new(all.clone());
        let inner = node::<H>(&all[0], &all[1]);
        let right = node::<H>(&all[2], &all[3]);
        assert!(!verify::<H>(&tree.root(), &inner, 0, 2, &[right]));
    }

    #[test]
    fn largest_index_is_handled_without_overflow() {
        assert!(!verify::<H>(&[0; 32], &[0; 32], u64::MAX, u64::MAX, &[]));
        assert!(!verify::<H>(
            &[0; 32],
            &[0; 32],
            u64::MAX - 1,
            u64::MAX,
            &[[0; 32]; MAX_SIBLINGS]
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_single_change_fails(
            count in 1_usize..400,
            pick in any::<prop::sample::Index>(),
            bit in 0_usize..256,
            level in any::<prop::sample::Index>(),
            wrong_index in any::<u64>(),
            wrong_count in any::<u64>(),
        ) {
            let all = leaves(count);
            let tree = Tree::new(all.clone());
            let index = pick.index(count);
            let proof = tree.proof(index).unwrap();
            let (root, leaf) = (tree.root(), all[index]);
            let (at, of) = (index as u64, count as u64);
            prop_assert!(verify::<H>(&root, &leaf, at, of, &proof));

            let flip = |hash: &Hash| {
                let mut hash = *hash;
                hash[bit / 8] ^= 1 << (bit % 8);
                hash
            };
            prop_assert!(!verify::<H>(&root, &flip(&leaf), at, of, &proof));
            prop_assert!(!verify::<H>(&flip(&root), &leaf, at, of, &proof));
            prop_assert!(wrong_index == at || !verify::<H>(&root, &leaf, wrong_index, of, &proof));
            prop_assert!(wrong_count == of || !verify::<H>(&root, &leaf, at, wrong_count, &proof));
            for nearby in [at.wrapping_sub(1), at + 1] {
                prop_assert!(!verify::<H>(&root, &leaf, nearby, of, &proof));
            }
            for nearby in [of - 1, of + 1] {
                prop_assert!(!verify::<H>(&root, &leaf, at, nearby, &proof));
            }

            let mut longer = proof.clone();
            longer.push([0; 32]);
            prop_assert!(!verify::<H>(&root, &leaf, at, of, &longer));
            if !proof.is_empty() {
                let changed_at = level.index(proof.len());
                let mut changed = proof.clone();
                changed[changed_at] = flip(&changed[changed_at]);
                prop_assert!(!verify::<H>(&root, &leaf, at, of, &changed));
                prop_assert!(!verify::<H>(&root, &leaf, at, of, &proof[1..]));
                let mut swapped = proof.clone();
                swapped.reverse();
                prop_assert!(proof.len() < 2 || !verify::<H>(&root, &leaf, at, of, &swapped));
            }
        }

        #[test]
        fn any_change_of_order_changes_the_root(
            count in 2_usize..200,
            first in any::<prop::sample::Index>(),
            second in any::<prop::sample::Index>(),
        ) {
            let all = leaves(count);
            let (first, second) = (first.index(count), second.index(count));
            let mut swapped = all.clone();
            swapped.swap(first, second);
            prop_assert_eq!(first == second, Tree::new(all).root() == Tree::new(swapped).root());
        }
    }
}
