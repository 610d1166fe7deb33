//! When the passes over what waits for a crank are made.
//!
//! Mechanism: two in each UTC hour. In the first one each crank is sent by the member that is first in
//! its order. The second one comes when every member had its turn, and one stagger later at each next
//! member; it sends what is still due, so that a dead member delays by minutes. A pass in which
//! something failed is made again after a minute: it reads a lot.

use std::time::{Duration, Instant};

/// Passes in an hour.
const PASSES: u8 = 2;
/// Pause after one that failed.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Passes of one hour.
#[derive(Default)]
pub(super) struct Passes {
    hour: Option<u64>,
    made: u8,
    /// End of the first one.
    first: Option<Instant>,
    /// End of the last one, when it failed.
    failed: Option<Instant>,
}

impl Passes {
    /// Whether a pass is to be made, the second one `wait` after the first.
    pub(super) fn is_due(&mut self, hour: u64, wait: Duration, now: Instant) -> bool {
        if self.hour != Some(hour) {
            *self = Self {
                hour: Some(hour),
                ..Self::default()
            };
        }
        let is_over = |at: Instant, wait| now.saturating_duration_since(at) >= wait;
        self.made < PASSES
            && self.failed.is_none_or(|at| is_over(at, RETRY_AFTER))
            && self.first.is_none_or(|at| is_over(at, wait))
    }

    /// Notes a pass.
    pub(super) fn note(&mut self, is_good: bool, now: Instant) {
        if is_good {
            self.made = self.made.saturating_add(1);
            self.first.get_or_insert(now);
        }
        self.failed = (!is_good).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(25);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn second_pass_comes_after_all_turns_and_there_is_no_third() {
        let (mut passes, start) = (Passes::default(), Instant::now());
        assert!(passes.is_due(7, WAIT, start));
        passes.note(true, start);
        assert!(!passes.is_due(7, WAIT, start + WAIT - SECOND));
        assert!(passes.is_due(7, WAIT, start + WAIT));
        passes.note(true, start + WAIT);
        assert!(!passes.is_due(7, WAIT, start + 100 * WAIT));
        assert!(passes.is_due(8, WAIT, start + 100 * WAIT));
    }

    #[test]
    fn pass_that_failed_is_made_again_after_a_minute() {
        let (mut passes, start) = (Passes::default(), Instant::now());
        for is_second in [false, true] {
            let at = start + if is_second { 10 * WAIT } else { SECOND };
            assert!(passes.is_due(7, WAIT, at));
            passes.note(false, at);
            assert!(!passes.is_due(7, WAIT, at + RETRY_AFTER - SECOND));
            assert!(passes.is_due(7, WAIT, at + RETRY_AFTER));
            passes.note(true, at + RETRY_AFTER);
        }
        assert!(!passes.is_due(7, WAIT, start + 100 * WAIT));
    }
}
