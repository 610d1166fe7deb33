//! When a waiting request will fit, by the ends of what runs.

use crate::{Outcome, Placement, Policy, Request, Snapshot, decide};

/// What runs, as far as its end is known: bookings have an end from the start on.
#[derive(Clone, Copy)]
pub struct Running<'a> {
    /// The time, Unix seconds.
    pub now: i64,
    /// Ends, Unix seconds, with the plans that they free, in any order. Called only when somebody's
    /// patience is used up.
    pub ends: &'a dyn Fn() -> Vec<(i64, Placement)>,
}

impl Running<'_> {
    /// A time at which no end is known: nothing passes a request whose patience is used up.
    pub fn unknown(now: i64) -> Self {
        Self {
            now,
            ends: &Vec::new,
        }
    }

    /// The earliest end after which a request fits if nothing else starts; `None` if it does not fit
    /// even after the last one. Whether it fits does not hang on the policy: the parts of a gang are
    /// equal, so it matters how many a machine holds, not which comes first.
    pub(crate) fn fits_at(
        &self,
        snapshot: &Snapshot,
        policy: &Policy,
        request: &Request,
    ) -> Option<i64> {
        let mut ends = (self.ends)();
        ends.sort_by_key(|(at, _)| *at);
        let fits_after = |ended: &[(i64, Placement)]| {
            let mut then = Snapshot::new(0, snapshot.moment(), snapshot.devices().cloned());
            for (_, placement) in ended {
                then.release(placement);
            }
            let decision = decide(&mut then, policy, request);
            matches!(decision.outcome, Outcome::Placed(_))
        };
        // More room never makes a request unplaceable, so the first end that suffices is found by halving.
        let (mut too_few, mut enough) = (0, ends.len());
        if !fits_after(&ends) {
            return None;
        }
        while too_few < enough {
            let middle = too_few.midpoint(enough);
            if fits_after(&ends[..middle]) {
                enough = middle;
            } else {
                too_few = middle + 1;
            }
        }
        let last = enough.checked_sub(1).and_then(|last| ends.get(last));
        Some(last.map_or(self.now, |(at, _)| *at))
    }
}
