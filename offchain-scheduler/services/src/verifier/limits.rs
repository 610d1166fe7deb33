//! How many requests are taken, of all and of each device.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ion_observation::Key;

/// Requests at a steady pace with a burst.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Time that one request takes up.
    interval: Duration,
    /// Requests that may come at once.
    burst: u32,
}

impl Pace {
    /// Whether a request at `now` is taken. `busy_until` is when the requests taken so far would be
    /// over at the steady pace.
    fn take(&self, busy_until: &mut Option<Instant>, now: Instant) -> bool {
        let busy = busy_until.map_or(now, |until| until.max(now));
        let ahead = self.interval * self.burst.saturating_sub(1);
        if busy.saturating_duration_since(now) > ahead {
            return false;
        }
        *busy_until = Some(busy + self.interval);
        true
    }
}

/// Limits of a verifier. Only devices on chain have an entry, so the table is bounded by their
/// number.
pub struct Limits {
    all: Pace,
    each: Pace,
    busy: Mutex<Option<Instant>>,
    devices: Mutex<HashMap<Key, Option<Instant>>>,
}

impl Limits {
    /// Limits of requests per second in all, and of requests per minute and in a burst of each
    /// device; none of the numbers is 0.
    pub fn new(per_second: u32, device_per_minute: u32, device_burst: u32) -> Self {
        Limits {
            all: Pace {
                interval: Duration::from_secs(1) / per_second.max(1),
                burst: per_second,
            },
            each: Pace {
                interval: Duration::from_secs(60) / device_per_minute.max(1),
                burst: device_burst,
            },
            busy: Mutex::default(),
            devices: Mutex::default(),
        }
    }

    /// Whether there is room for one more request of anybody.
    pub fn take_any(&self, now: Instant) -> bool {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        self.all.take(&mut busy, now)
    }

    /// Whether a device that signed a request has one left.
    pub fn take_of(&self, device: &Key, now: Instant) -> bool {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        self.each.take(devices.entry(*device).or_default(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_is_taken_and_then_the_pace() {
        let limits = Limits::new(1_000, 60, 3);
        let start = Instant::now();
        let device = [1; 32];
        let taken = |at: u64| limits.take_of(&device, start + Duration::from_millis(at));
        assert_eq!(
            [taken(0), taken(0), taken(0), taken(0)],
            [true, true, true, false]
        );
        assert!(!taken(999));
        assert!(taken(1_000));
        assert!(!taken(1_001));
        // A device that was quiet has its burst again, and no more.
        let later = [taken(60_000), taken(60_000), taken(60_000), taken(60_000)];
        assert_eq!(later, [true, true, true, false]);
        assert!(
            limits.take_of(&[2; 32], start),
            "another device has its own"
        );
    }

    #[test]
    fn limit_of_all_is_shared() {
        let limits = Limits::new(2, 60, 30);
        let start = Instant::now();
        assert!(limits.take_any(start) && limits.take_any(start));
        assert!(!limits.take_any(start));
        assert!(limits.take_any(start + Duration::from_millis(500)));
        assert!(!limits.take_any(start + Duration::from_millis(500)));
    }
}
