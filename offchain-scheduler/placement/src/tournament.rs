//! Candidates of one kind of request in order of cost, kept up to date one device at a time.

use std::{cmp::Reverse, collections::BinaryHeap};

/// No candidate.
const NONE: u32 = u32::MAX;

/// A complete binary tree over positions; each inner node names the cheapest candidate below it and
/// counts them. Ties go to the lower position. Setting a position and finding the cheapest, the next
/// or the n-th candidate take steps in the logarithm of the number of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tournament {
    leaves: usize,
    winner: Vec<u32>,
    count: Vec<u32>,
    cost: Vec<i64>,
}

impl Tournament {
    /// A tree without candidates.
    pub(crate) fn new(positions: usize) -> Self {
        let leaves = positions.next_power_of_two();
        Self {
            leaves,
            winner: vec![NONE; 2 * leaves],
            count: vec![0; 2 * leaves],
            cost: vec![0; positions],
        }
    }

    /// Enters a candidate with its cost, or takes it out.
    pub(crate) fn set(&mut self, position: usize, cost: Option<i64>) {
        let mut node = self.leaves + position;
        // A position fits u32: fleets are far below 2^32 devices.
        let leaf = if cost.is_some() {
            position as u32
        } else {
            NONE
        };
        if leaf == NONE && self.winner[node] == NONE {
            return;
        }
        self.cost[position] = cost.unwrap_or_default();
        self.winner[node] = leaf;
        self.count[node] = u32::from(leaf != NONE);
        while node > 1 {
            node /= 2;
            self.winner[node] = self.cheaper(self.winner[2 * node], self.winner[2 * node + 1]);
            self.count[node] = self.count[2 * node] + self.count[2 * node + 1];
        }
    }

    /// Enters all candidates at once.
    pub(crate) fn fill(&mut self, mut cost_of: impl FnMut(usize) -> Option<i64>) {
        for position in 0..self.cost.len() {
            let cost = cost_of(position);
            self.cost[position] = cost.unwrap_or_default();
            let node = self.leaves + position;
            self.winner[node] = if cost.is_some() {
                position as u32
            } else {
                NONE
            };
            self.count[node] = u32::from(cost.is_some());
        }
        for node in (1..self.leaves).rev() {
            self.winner[node] = self.cheaper(self.winner[2 * node], self.winner[2 * node + 1]);
            self.count[node] = self.count[2 * node] + self.count[2 * node + 1];
        }
    }

    fn cheaper(&self, left: u32, right: u32) -> u32 {
        match (left, right) {
            (NONE, other) | (other, NONE) => other,
            _ if self.cost[right as usize] < self.cost[left as usize] => right,
            _ => left,
        }
    }

    /// Bytes that the tree holds.
    pub(crate) fn bytes(&self) -> usize {
        self.winner.len() * 8 + self.cost.len() * 8
    }

    /// Number of candidates.
    pub(crate) fn count(&self) -> u32 {
        self.count[1]
    }

    /// The n-th candidate by position, from 0.
    pub(crate) fn nth(&self, mut n: u32) -> Option<usize> {
        if n >= self.count() {
            return None;
        }
        let mut node = 1;
        while node < self.leaves {
            node *= 2;
            if n >= self.count[node] {
                n -= self.count[node];
                node += 1;
            }
        }
        Some(node - self.leaves)
    }

    /// All candidates, cheapest first, ties by position; each in logarithmic time.
    pub(crate) fn ascending(&self) -> Ascending<'_> {
        let mut open = BinaryHeap::new();
        if let Some(entry) = self.entry(1) {
            open.push(Reverse(entry));
        }
        Ascending { tree: self, open }
    }

    fn entry(&self, node: usize) -> Option<(i64, u32, usize)> {
        let winner = self.winner[node];
        (winner != NONE).then(|| (self.cost[winner as usize], winner, node))
    }
}

/// See [`Tournament::ascending`].
pub(crate) struct Ascending<'a> {
    tree: &'a Tournament,
    /// Disjoint subtrees that hold all candidates not yet given, by their cheapest.
    open: BinaryHeap<Reverse<(i64, u32, usize)>>,
}

impl Iterator for Ascending<'_> {
    type Item = (usize, i64);

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((cost, winner, top)) = self.open.pop()?;
        let mut node = self.tree.leaves + winner as usize;
        while node != top {
            if let Some(entry) = self.tree.entry(node ^ 1) {
                self.open.push(Reverse(entry));
            }
            node /= 2;
        }
        Some((winner as usize, cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_cost_then_position() {
        let mut tree = Tournament::new(5);
        for (position, cost) in [(0, 7), (1, 3), (2, 7), (4, 3)] {
            tree.set(position, Some(cost));
        }
        let order: Vec<usize> = tree.ascending().map(|(position, _)| position).collect();
        assert_eq!(order, [1, 4, 0, 2]);
        assert_eq!((tree.count(), tree.nth(3), tree.nth(4)), (4, Some(4), None));
        tree.set(1, None);
        tree.set(0, Some(-1));
        let order: Vec<(usize, i64)> = tree.ascending().collect();
        assert_eq!(order, [(0, -1), (4, 3), (2, 7)]);
    }

    #[test]
    fn filling_equals_setting_one_by_one() {
        let costs = [Some(4), None, Some(-2), Some(4), None, Some(0), Some(9)];
        let (mut one, mut all) = (Tournament::new(7), Tournament::new(7));
        for (position, cost) in costs.iter().enumerate() {
            one.set(position, *cost);
        }
        all.fill(|position| costs[position]);
        assert_eq!(one, all);
        assert_eq!(Tournament::new(0).ascending().next(), None);
    }
}
