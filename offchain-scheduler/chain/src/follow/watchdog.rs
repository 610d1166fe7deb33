//! Noticing that a node stands still.

use std::time::{Duration, Instant};

/// Watches that the finalized slot moves.
#[derive(Debug)]
pub struct Watchdog {
    limit: Duration,
    slot: u64,
    moved_at: Option<Instant>,
}

impl Watchdog {
    /// Calls a node stalled whose finalized slot stands still for longer than `limit`.
    pub const fn new(limit: Duration) -> Self {
        Self {
            limit,
            slot: 0,
            moved_at: None,
        }
    }

    /// Takes up the finalized slot as seen at `now`; whether the node is stalled.
    pub fn is_stalled(&mut self, slot: u64, now: Instant) -> bool {
        match self.moved_at {
            Some(moved_at) if slot <= self.slot => {
                now.saturating_duration_since(moved_at) > self.limit
            }
            _ => {
                self.slot = slot;
                self.moved_at = Some(now);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_that_stands_still_is_stalled_until_it_moves() {
        let mut watchdog = Watchdog::new(Duration::from_secs(10));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(!watchdog.is_stalled(5, at(0)));
        assert!(!watchdog.is_stalled(5, at(10)));
        assert!(watchdog.is_stalled(5, at(11)));
        assert!(watchdog.is_stalled(4, at(12)));
        assert!(!watchdog.is_stalled(6, at(13)));
    }
}
