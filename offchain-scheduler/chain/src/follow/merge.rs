//! One order out of several lists that each have a part of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use solana_signature::Signature;

use super::Listed;

/// Merges lists in ascending order. Within a slot the order agrees with every list; what no list
/// orders touches no common program and is ordered by the number in the block where it is known, else
/// by signature. Repeated entries of a list count once.
pub(super) fn merge(lists: Vec<Vec<Listed>>) -> Result<Vec<Listed>, String> {
    let mut slots: BTreeMap<u64, Vec<VecDeque<Listed>>> = BTreeMap::new();
    let mut landed: HashMap<Signature, u64> = HashMap::new();
    let count = lists.len();
    for (at, list) in lists.into_iter().enumerate() {
        let mut seen = HashSet::new();
        let mut last = 0;
        for listed in list {
            if listed.slot < last {
                return Err(format!("{} is listed out of order", listed.signature));
            }
            last = listed.slot;
            if *landed.entry(listed.signature).or_insert(listed.slot) != listed.slot {
                return Err(format!("{} is listed in two slots", listed.signature));
            }
            if !seen.insert(listed.signature) {
                continue;
            }
            let parts = slots
                .entry(listed.slot)
                .or_insert_with(|| vec![VecDeque::new(); count]);
            if let Some(part) = parts.get_mut(at) {
                part.push_back(listed);
            }
        }
    }
    let mut merged = Vec::with_capacity(landed.len());
    for parts in slots.into_values() {
        merge_slot(parts, &mut merged)?;
    }
    Ok(merged)
}

fn merge_slot(mut parts: Vec<VecDeque<Listed>>, merged: &mut Vec<Listed>) -> Result<(), String> {
    loop {
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            return Ok(());
        }
        // free: first in every list that has it
        let behind: BTreeSet<Signature> = parts
            .iter()
            .flat_map(|part| part.iter().skip(1))
            .map(|listed| listed.signature)
            .collect();
        let next = parts
            .iter()
            .filter_map(|part| part.front())
            .filter(|listed| !behind.contains(&listed.signature))
            .min_by_key(|listed| (listed.index.unwrap_or(u32::MAX), listed.signature))
            .copied()
            .ok_or("the lists disagree about the order of a slot")?;
        for part in &mut parts {
            if part
                .front()
                .is_some_and(|first| first.signature == next.signature)
            {
                part.pop_front();
            }
        }
        merged.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: u8, slot: u64) -> Listed {
        Listed {
            signature: Signature::from([name; 64]),
            slot,
            index: None,
        }
    }

    #[test]
    fn order_agrees_with_every_list() {
        // 9 before 1 in the first list, 1 before 5 in the second: 9, 1, 5
        let merged = merge(vec![
            vec![listed(9, 3), listed(1, 3)],
            vec![listed(1, 3), listed(5, 3)],
        ])
        .unwrap();
        assert_eq!(merged, [listed(9, 3), listed(1, 3), listed(5, 3)]);
    }

    #[test]
    fn unordered_ones_follow_their_signature_and_repeats_count_once() {
        let merged = merge(vec![
            vec![listed(7, 1), listed(7, 1), listed(2, 2)],
            vec![listed(3, 1), listed(2, 2)],
        ])
        .unwrap();
        assert_eq!(merged, [listed(3, 1), listed(7, 1), listed(2, 2)]);
    }

    #[test]
    fn number_in_the_block_comes_before_the_signature() {
        let numbered = |name, index| Listed {
            index: Some(index),
            ..listed(name, 1)
        };
        let merged = merge(vec![vec![numbered(1, 8)], vec![numbered(2, 4)]]).unwrap();
        assert_eq!(merged, [numbered(2, 4), numbered(1, 8)]);
    }

    #[test]
    fn contradicting_lists_are_refused() {
        let circle = merge(vec![
            vec![listed(1, 1), listed(2, 1)],
            vec![listed(2, 1), listed(1, 1)],
        ]);
        assert!(circle.unwrap_err().contains("disagree"));
        let two_slots = merge(vec![vec![listed(1, 1)], vec![listed(1, 2)]]);
        assert!(two_slots.unwrap_err().contains("two slots"));
        let backwards = merge(vec![vec![listed(1, 2), listed(2, 1)]]);
        assert!(backwards.unwrap_err().contains("out of order"));
    }
}
