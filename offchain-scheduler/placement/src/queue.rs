//! Requests that wait for room, served in order with bounded overtaking.

use std::collections::BTreeMap;

use crate::{Decision, Outcome, Policy, Request, Running, Shape, Snapshot, decide, index::Kind};

/// Overtakings in all, as a multiple of the patience.
const PASSING_TIMES: u32 = 8;
/// Seconds of a booked minute.
const MINUTE: i64 = 60;

/// Place of a request in the queue.
type Key = (u64, [u8; 16]);

/// Waiting requests in order of arrival, ties by id.
///
/// A later request may start before an earlier one that finds no room now, but at most `patience`
/// times. From then on the earlier one has a reservation: the moment at which it will fit if all that
/// runs ends as booked. Only what ends by that moment may still pass it, and only until it was
/// overtaken [`PASSING_TIMES`] times its patience in all, since bookings are extended and machines die;
/// then nothing later starts before it, and the fleet drains until it fits. A request that even an
/// empty fleet of the living devices could not hold does not hold up others. So no request waits
/// forever while its gang would fit: each departure brings it closer.
#[derive(Clone, Debug)]
pub struct Queue {
    waiting: BTreeMap<Key, Waiting>,
    /// Number of each kind and size seen, and how many of it wait. Two requests of one kind and size
    /// differ only in how long they run.
    alike: BTreeMap<(Kind, u16, u8), usize>,
    count: Vec<usize>,
    patience: u32,
    /// The request that had a reservation last, and its moment.
    reserved: Option<(Key, i64)>,
}

#[derive(Clone, Debug)]
struct Waiting {
    request: Request,
    alike: usize,
    overtaken: u32,
}

impl Queue {
    /// An empty queue; `patience` is how often a request may be overtaken by whatever fits.
    pub fn new(patience: u32) -> Self {
        Self {
            waiting: BTreeMap::new(),
            alike: BTreeMap::new(),
            count: Vec::new(),
            patience,
            reserved: None,
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

    /// Most overtakings of one request.
    pub fn most_overtakings(&self) -> u32 {
        self.patience.saturating_mul(PASSING_TIMES)
    }

    /// Starts what can start now and returns the requests with their committed decisions, in order.
    /// `could_fit` tells whether an empty fleet of the living devices could hold a request; `running`
    /// when what runs will end.
    pub fn start(
        &mut self,
        snapshot: &mut Snapshot,
        policy: &Policy,
        could_fit: impl Fn(&Request) -> bool,
        running: Running<'_>,
    ) -> Vec<(Request, Decision)> {
        let mut started = Vec::new();
        // Within one pass the fleet only fills: what found no room finds none later in it.
        let mut without_room = vec![false; self.count.len()];
        let mut passed: Vec<Key> = Vec::new();
        // The moment by which whatever starts from here on must end.
        let mut until: Option<i64> = None;
        let mut from = None;
        while let Some((key, waiting)) = self.next(from) {
            from = Some(key);
            let ends_at = i64::from(waiting.request.minutes)
                .saturating_mul(MINUTE)
                .saturating_add(running.now);
            let mut decision = None;
            if !without_room[waiting.alike] && until.is_none_or(|until| ends_at <= until) {
                let found = decide(snapshot, policy, &waiting.request);
                if matches!(found.outcome, Outcome::Placed(_)) && snapshot.commit(&found).is_ok() {
                    decision = Some(found);
                } else {
                    without_room[waiting.alike] = true;
                }
            }
            match decision {
                Some(decision) => {
                    for earlier in &passed {
                        if let Some(earlier) = self.waiting.get_mut(earlier) {
                            earlier.overtaken = earlier.overtaken.saturating_add(1);
                        }
                    }
                    if let Some(waiting) = self.waiting.remove(&key) {
                        self.count[waiting.alike] -= 1;
                        started.push((waiting.request, decision));
                    }
                }
                None if !could_fit(&waiting.request) => {}
                None => passed.push(key),
            }
            let most = self.overtakings(&passed);
            let is_blocked =
                most.is_some_and(|(_, overtaken)| overtaken >= self.most_overtakings());
            if is_blocked || self.is_full(&without_room) {
                break;
            }
            if until.is_none()
                && let Some((first, _)) = most.filter(|(_, overtaken)| *overtaken >= self.patience)
            {
                until = self.reservation(first, snapshot, policy, running);
                if until.is_none() {
                    break;
                }
            }
        }
        started
    }

    /// The request that was overtaken most often, the earliest of several.
    fn overtakings(&self, passed: &[Key]) -> Option<(Key, u32)> {
        let of = |key: &Key| Some((*key, self.waiting.get(key)?.overtaken));
        passed
            .iter()
            .filter_map(of)
            .max_by_key(|(key, overtaken)| (*overtaken, std::cmp::Reverse(*key)))
    }

    /// The moment for which a request has its reservation. Nothing that arrived later and runs beyond it
    /// started since, so it holds until it has passed; then the next one is found.
    fn reservation(
        &mut self,
        key: Key,
        snapshot: &Snapshot,
        policy: &Policy,
        running: Running<'_>,
    ) -> Option<i64> {
        let known = self
            .reserved
            .filter(|(holder, at)| *holder == key && *at > running.now);
        if known.is_none() {
            let request = &self.waiting.get(&key)?.request;
            let at = running.fits_at(snapshot, policy, request);
            self.reserved = at.map(|at| (key, at));
        }
        self.reserved.map(|(_, at)| at)
    }

    /// Whether no kind that waits may still find room in this pass.
    fn is_full(&self, without_room: &[bool]) -> bool {
        let mut kinds = self.count.iter().zip(without_room);
        kinds.all(|(count, without_room)| *count == 0 || *without_room)
    }

    /// The first waiting request after a key.
    fn next(&self, after: Option<Key>) -> Option<(Key, &Waiting)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let (key, waiting) = self.waiting.range((from, Unbounded)).next()?;
        Some((*key, waiting))
    }
}
