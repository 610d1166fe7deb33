//! One instant for all devices of an owner.
//!
//! Mechanism: the first device of an owner that fetches a due challenge opens a gathering; all live
//! devices of the owner are waited for, at most `challenge.gather`, and are handed their challenges
//! together. A device fetches twice: the time between the answer to the first fetch and the arrival
//! of the second, less the wait that it was told, is its round trip, which is added to its deadline.
//! Place of use: the handler of fetches. Invariant: one machine that stands in for several devices
//! has to do their work side by side; a device that comes late is served alone with its own clock.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ion_observation::Key;
use tokio::sync::Notify;

use super::state::Verifier;

/// Longest time that a fetch is held; beyond it the device is told to come again.
const HOLD: Duration = Duration::from_secs(2);
/// What a device is told to wait between the two fetches that measure its round trip.
const MEASURE: Duration = Duration::from_millis(50);
/// A gathering is forgotten this long after its instant.
const KEPT: Duration = Duration::from_secs(120);

struct Gathering {
    release: Instant,
    expected: BTreeSet<Key>,
    arrived: BTreeSet<Key>,
    bell: Arc<Notify>,
}

/// When a device was told to come again.
struct Told {
    at: Instant,
    wait: Duration,
    round_trip: Option<Duration>,
}

/// Gatherings by owner, and devices on their way to one.
#[derive(Default)]
pub struct Gatherings(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    by_owner: HashMap<Key, Gathering>,
    told: HashMap<Key, Told>,
    /// When each device last sent a heartbeat.
    heard: HashMap<Key, Instant>,
}

/// What a fetch comes to.
pub(super) enum Gate {
    /// The challenge is handed out now; the measured round trip.
    Open(Duration),
    /// The device comes again after this time.
    Wait(Duration),
}

enum Step {
    Open(Duration),
    Wait(Duration),
    Hold(Instant, Arc<Notify>),
}

impl Gatherings {
    /// Notes a heartbeat.
    pub(super) fn hear(&self, device: &Key, draining: bool, now: Instant) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if draining {
            inner.heard.remove(device);
        } else {
            inner.heard.insert(*device, now);
        }
    }

    fn step(&self, owner: &Key, device: &Key, peers: &[Key], rules: &Rules, now: Instant) -> Step {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner {
            by_owner,
            told,
            heard,
        } = &mut *inner;
        by_owner.retain(|_, gathering| now < gathering.release + KEPT);
        let gathering = by_owner.entry(*owner).or_insert_with(|| Gathering {
            release: now + rules.gather,
            expected: peers
                .iter()
                .filter(|peer| {
                    heard
                        .get(*peer)
                        .is_some_and(|at| now.saturating_duration_since(*at) < rules.live)
                })
                .copied()
                .chain([*device])
                .collect(),
            arrived: BTreeSet::new(),
            bell: Arc::default(),
        });
        // What it was told for an earlier gathering measures nothing.
        told.retain(|_, told| now < told.at + told.wait + KEPT);
        let Some(known) = told.get_mut(device) else {
            told.insert(
                *device,
                Told {
                    at: now,
                    wait: MEASURE,
                    round_trip: None,
                },
            );
            return Step::Wait(MEASURE);
        };
        let measured = now
            .saturating_duration_since(known.at + known.wait)
            .min(rules.max_round_trip);
        // The shortest of several: a device that dawdles gains nothing by it.
        let round_trip = known
            .round_trip
            .map_or(measured, |known| known.min(measured));
        known.round_trip = Some(round_trip);
        gathering.arrived.insert(*device);
        if now < gathering.release && gathering.expected.is_subset(&gathering.arrived) {
            gathering.release = now;
            gathering.bell.notify_waiters();
        }
        if now >= gathering.release {
            told.remove(device);
            return Step::Open(round_trip);
        }
        let left = gathering.release.saturating_duration_since(now);
        if left <= HOLD || gathering.expected.len() <= gathering.arrived.len() + 1 {
            return Step::Hold(now + left.min(HOLD), gathering.bell.clone());
        }
        let wait = left.min(HOLD * 5);
        known.at = now;
        known.wait = wait;
        Step::Wait(wait)
    }

    /// Tells a device that was held in vain to come again.
    fn tell(&self, device: &Key, wait: Duration, now: Instant) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inner.told.get_mut(device) {
            known.at = now;
            known.wait = wait;
        }
    }

    fn is_released(&self, owner: &Key, now: Instant) -> bool {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .by_owner
            .get(owner)
            .is_none_or(|gathering| now >= gathering.release)
    }

    /// Ends the wait of a held device and returns its round trip.
    fn leave(&self, device: &Key) -> Duration {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = inner.told.remove(device);
        told.and_then(|told| told.round_trip).unwrap_or_default()
    }
}

struct Rules {
    gather: Duration,
    live: Duration,
    max_round_trip: Duration,
}

impl Verifier {
    /// Whether the device gets its challenge now, or when it is to come again.
    pub(super) async fn gate(&self, device: &Key, owner: &Key, now: i64) -> Gate {
        let snapshot = self.snapshot();
        // Those that have shown their proof of the hour are not waited for.
        let peers: Vec<Key> = snapshot
            .by_owner
            .get(owner)
            .into_iter()
            .flatten()
            .filter(|peer| !self.outcomes.is_settled(peer, now))
            .copied()
            .collect();
        let degraded_after = u64::from(self.settings.heartbeat.degraded_after);
        let rules = Rules {
            gather: self.settings.challenge.gather,
            live: Duration::from_secs(60) * u32::try_from(degraded_after).unwrap_or(u32::MAX),
            max_round_trip: self.settings.challenge.max_round_trip,
        };
        match self
            .gatherings
            .step(owner, device, &peers, &rules, Instant::now())
        {
            Step::Open(round_trip) => Gate::Open(round_trip),
            Step::Wait(wait) => Gate::Wait(wait),
            Step::Hold(until, bell) => {
                let rung = bell.notified();
                // Released between the step and here: the bell would not ring again.
                if !self.gatherings.is_released(owner, Instant::now()) {
                    let _ = tokio::time::timeout_at(until.into(), rung).await;
                }
                let now = Instant::now();
                if self.gatherings.is_released(owner, now) {
                    Gate::Open(self.gatherings.leave(device))
                } else {
                    self.gatherings.tell(device, MEASURE, now);
                    Gate::Wait(MEASURE)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Key = [9; 32];

    fn rules() -> Rules {
        Rules {
            gather: Duration::from_secs(60),
            live: Duration::from_secs(180),
            max_round_trip: Duration::from_secs(1),
        }
    }

    fn keys() -> [Key; 3] {
        [[1; 32], [2; 32], [3; 32]]
    }

    #[test]
    fn live_devices_of_an_owner_are_served_at_one_instant() {
        let (gatherings, start) = (Gatherings::default(), Instant::now());
        let at = |ms: u64| start + Duration::from_millis(ms);
        let [one, two, silent] = keys();
        gatherings.hear(&one, false, start);
        gatherings.hear(&two, false, start);
        gatherings.hear(&silent, false, start);
        gatherings.hear(&silent, true, start);
        let step = |device: &Key, ms| gatherings.step(&OWNER, device, &keys(), &rules(), at(ms));
        assert!(matches!(step(&one, 0), Step::Wait(MEASURE)));
        // 50 ms of wait, 80 of round trip: held for the other one.
        assert!(matches!(step(&one, 130), Step::Hold(..)));
        assert!(matches!(step(&two, 500), Step::Wait(MEASURE)));
        let Step::Open(round_trip) = step(&two, 570) else {
            panic!("all are there")
        };
        assert_eq!(round_trip, Duration::from_millis(20));
        assert!(gatherings.is_released(&OWNER, at(570)));
        assert_eq!(gatherings.leave(&one), Duration::from_millis(80));
    }

    #[test]
    fn absent_device_delays_the_others_no_longer_than_the_gathering() {
        let (gatherings, start) = (Gatherings::default(), Instant::now());
        let at = |ms: u64| start + Duration::from_millis(ms);
        let [one, two, three] = keys();
        for device in keys() {
            gatherings.hear(&device, false, start);
        }
        let step = |device: &Key, ms| gatherings.step(&OWNER, device, &keys(), &rules(), at(ms));
        assert!(matches!(step(&one, 0), Step::Wait(MEASURE)));
        let Step::Wait(wait) = step(&one, 50) else {
            panic!("two are missing")
        };
        assert_eq!(wait, Duration::from_secs(10));
        assert!(matches!(step(&one, 60_000), Step::Open(_)));
        // The others come late: each is served alone, its round trip measured and bounded.
        assert!(matches!(step(&two, 61_000), Step::Wait(MEASURE)));
        let Step::Open(round_trip) = step(&two, 90_000) else {
            panic!("the instant is over")
        };
        assert_eq!(round_trip, Duration::from_secs(1));
        assert!(matches!(step(&three, 61_000), Step::Wait(MEASURE)));
        let Step::Open(round_trip) = step(&three, 61_050) else {
            panic!("the instant is over")
        };
        assert_eq!(round_trip, Duration::ZERO);
    }
}
