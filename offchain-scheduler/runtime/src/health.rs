//! Liveness of loops.
//!
//! Mechanism: each loop reports every finished round; `/healthz` is red when one of them is silent
//! for longer than its limit. Place of use: every service. Invariant: the limit runs on the
//! monotonic clock, so a jump of the chain's or the machine's clock stalls nobody.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

/// All loops of a process.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<&'static str, Loop>>>);

struct Loop {
    last: Instant,
    limit: Duration,
}

/// State of one loop for `/healthz`.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub struct LoopState {
    /// Seconds since the last finished round.
    pub silent_seconds: u64,
    /// Silence in seconds that counts as a stall.
    pub limit_seconds: u64,
    /// Whether the loop is within its limit.
    pub alive: bool,
}

impl Health {
    /// Starts to watch a loop; its first round must end within `limit`.
    pub fn watch(&self, name: &'static str, limit: Duration) -> Pulse {
        let pulse = Pulse {
            health: self.clone(),
            name,
            limit,
        };
        pulse.beat();
        pulse
    }

    /// State of all loops by name.
    pub fn loops(&self) -> BTreeMap<&'static str, LoopState> {
        let loops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loops
            .iter()
            .map(|(name, watched)| {
                let silent = watched.last.elapsed();
                let state = LoopState {
                    silent_seconds: silent.as_secs(),
                    limit_seconds: watched.limit.as_secs(),
                    alive: silent <= watched.limit,
                };
                (*name, state)
            })
            .collect()
    }

    /// Whether no loop is stalled.
    pub fn is_alive(&self) -> bool {
        self.loops().values().all(|state| state.alive)
    }
}

/// A loop's side of [`Health`].
pub struct Pulse {
    health: Health,
    name: &'static str,
    limit: Duration,
}

impl Pulse {
    /// A round has ended.
    pub fn beat(&self) {
        let mut loops = self.health.0.lock().unwrap_or_else(PoisonError::into_inner);
        loops.insert(
            self.name,
            Loop {
                last: Instant::now(),
                limit: self.limit,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_loop_turns_red_and_a_beat_turns_it_green() {
        let health = Health::default();
        assert!(health.is_alive());
        let steady = health.watch("steady", Duration::from_secs(3_600));
        let stalled = health.watch("stalled", Duration::ZERO);
        std::thread::yield_now();
        while health.loops()["stalled"].alive {
            std::thread::yield_now();
        }
        assert!(!health.is_alive());
        assert!(health.loops()["steady"].alive);
        let stalled = Pulse {
            limit: Duration::from_secs(3_600),
            ..stalled
        };
        stalled.beat();
        steady.beat();
        assert!(health.is_alive());
    }
}
