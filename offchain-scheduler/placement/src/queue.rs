//! Requests that wait for room, served in order with bounded overtaking.

use std::collections::BTreeMap;

use crate::{Decision, Outcome, Policy, Request, Shape, Snapshot, decide, index::Kind};

/// Waiting requests in order of arrival, ties by id.
///
/// A later request may start before an earlier one that finds no room now, but at most `patience`
/// times: from then on nothing that arrived later starts before it, so the fleet drains until it fits.
/// A request that even an empty fleet of the living devices could not hold does not hold up others.
/// So no request waits forever while its gang would fit: each departure brings it closer.
#[derive(Clone, Debug)]
pub struct Queue {
    waiting: BTreeMap<(u64, [u8; 16]), Waiting>,
    /// Number of each kind and size seen, and how many of it wait. Two requests of one kind and size
    /// differ only in how long they run.
    alike: BTreeMap<(Kind, u16, u8), usize>,
    count: Vec<usize>,
    patience: u32,
}

#[derive(Clone, Debug)]
struct Waiting {
    request: Request,
    alike: usize,
    overtaken: u32,
}

impl Queue {
    /// An empty queue; `patience` is how often a request may be overtaken.
    pub fn new(patience: u32) -> Self {
        Self {
            waiting: BTreeMap::new(),
            alike: BTreeMap::new(),
            count: Vec::new(),
            patience,
        }
    }

    /// Adds a request.
    pub fn push(&mut self, request: Request) {
        let (size, lines) = match request.shape {
            Shape::Devices { gpus, lines, .. } => (gpus, lines),
            Shape::Parts { members, .. } => (members, 0),
        };
        let next = self.alike.len();
        let alike = *self
            .alike
            .entry((Kind::of(&request), size, lines))
            .or_insert(next);
        self.count.resize(self.alike.len(), 0);
        let waiting = Waiting {
            alike,
            overtaken: 0,
            request,
        };
        let key = (waiting.request.arrival, waiting.request.id);
        if let Some(replaced) = self.waiting.insert(key, waiting) {
            self.count[replaced.alike] -= 1;
        }
        self.count[alike] += 1;
    }

    /// Number of waiting requests.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Waiting requests in order, with how often each was overtaken.
    pub fn waiting(&self) -> impl Iterator<Item = (&Request, u32)> {
        self.waiting
            .values()
            .map(|waiting| (&waiting.request, waiting.overtaken))
    }

    /// Starts what can start now and returns the requests with their committed decisions, in order.
    /// `could_fit` tells whether an empty fleet of the living devices could hold a request.
    pub fn start(
        &mut self,
        snapshot: &mut Snapshot,
        policy: &Policy,
        could_fit: impl Fn(&Request) -> bool,
    ) -> Vec<(Request, Decision)> {
        let mut started = Vec::new();
        // Within one pass the fleet only fills: what found no room finds none later in it.
        let mut without_room = vec![false; self.count.len()];
        let mut passed: Vec<(u64, [u8; 16])> = Vec::new();
        let mut from = None;
        while let Some((key, waiting)) = self.next(from) {
            from = Some(key);
            let mut decision = None;
            if !without_room[waiting.alike] {
                let found = decide(snapshot, policy, &waiting.request);
                if matches!(found.outcome, Outcome::Placed(_)) && snapshot.commit(&found).is_ok() {
                    decision = Some(found);
                } else {
                    without_room[waiting.alike] = true;
                }
            }
            // From some request on, nobody later may start before it.
            let mut is_blocked = false;
            match decision {
                Some(decision) => {
                    for earlier in &passed {
                        if let Some(earlier) = self.waiting.get_mut(earlier) {
                            earlier.overtaken = earlier.overtaken.saturating_add(1);
                            is_blocked |= earlier.overtaken >= self.patience;
                        }
                    }
                    if let Some(waiting) = self.waiting.remove(&key) {
                        self.count[waiting.alike] -= 1;
                        started.push((waiting.request, decision));
                    }
                }
                None if !could_fit(&waiting.request) => {}
                None => {
                    is_blocked = waiting.overtaken >= self.patience;
                    passed.push(key);
                }
            }
            let is_full = || {
                let mut kinds = self.count.iter().zip(&without_room);
                kinds.all(|(count, without_room)| *count == 0 || *without_room)
            };
            if is_blocked || is_full() {
                break;
            }
        }
        started
    }

    /// The first waiting request after a key.
    fn next(&self, after: Option<(u64, [u8; 16])>) -> Option<((u64, [u8; 16]), &Waiting)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let (key, waiting) = self.waiting.range((from, Unbounded)).next()?;
        Some((*key, waiting))
    }
}
