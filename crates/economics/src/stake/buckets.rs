//! Overflow an owner took out, per UTC day (economics §3.2, used by the snapshot of §5.2).
//!
//! Mechanism: a ring of the last [`BUCKET_DAYS`] days. A withdrawal raises the bucket of its day; a
//! later deposit lowers the newest buckets first, none below 0, so that money that came back is not
//! counted as gone. Invariant: buckets of days that left the window are 0.

use super::{StakeResult, StakeRuleError};
use crate::{
    math::MathError,
    units::{Io, UnixSeconds},
};

/// Days the ring remembers, today included.
pub const BUCKET_DAYS: usize = 32;

/// [`BUCKET_DAYS`] as a day count.
const WINDOW: i64 = 32;

/// Overflow withdrawn per day, net of later deposits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayBuckets {
    /// Newest day index of the ring, `floor(t / 86400)`.
    pub newest_day: i64,
    /// Base units of IO; the bucket of day `d` stands at `d mod 32`.
    pub amounts: [u64; BUCKET_DAYS],
}

impl DayBuckets {
    /// An empty ring.
    pub const EMPTY: Self = Self {
        newest_day: 0,
        amounts: [0; BUCKET_DAYS],
    };

    /// Index of a day; `rem_euclid` of a positive modulus is never negative.
    fn slot(day: i64) -> StakeResult<usize> {
        usize::try_from(day.rem_euclid(WINDOW)).map_err(|_| StakeRuleError::BrokenLedger)
    }

    /// Moves the window to the day of `now`; days that fall out are forgotten.
    fn advanced(mut self, now: UnixSeconds) -> StakeResult<Self> {
        let today = now.day_index();
        if today <= self.newest_day {
            return Ok(self);
        }
        let passed = today
            .checked_sub(self.newest_day)
            .ok_or(MathError::Overflow)?;
        if passed >= WINDOW {
            self.amounts = [0; BUCKET_DAYS];
        } else {
            for back in 0..passed {
                let day = today.checked_sub(back).ok_or(MathError::Overflow)?;
                if let Some(bucket) = self.amounts.get_mut(Self::slot(day)?) {
                    *bucket = 0;
                }
            }
        }
        self.newest_day = today;
        Ok(self)
    }

    /// Records a withdrawal of overflow.
    #[inline(never)]
    pub fn withdrawn(self, amount: Io, now: UnixSeconds) -> StakeResult<Self> {
        let mut next = self.advanced(now)?;
        if let Some(bucket) = next.amounts.get_mut(Self::slot(next.newest_day)?) {
            *bucket = bucket
                .checked_add(amount.base_units())
                .ok_or(MathError::Overflow)?;
        }
        Ok(next)
    }

    /// Records a deposit: lowers the newest buckets first, each to 0 at most.
    #[inline(never)]
    pub fn deposited(self, amount: Io, now: UnixSeconds) -> StakeResult<Self> {
        if self.amounts == [0; BUCKET_DAYS] {
            return Ok(self);
        }
        let mut next = self.advanced(now)?;
        let mut left = amount.base_units();
        for back in 0..WINDOW {
            if left == 0 {
                break;
            }
            let day = next
                .newest_day
                .checked_sub(back)
                .ok_or(MathError::Overflow)?;
            if let Some(bucket) = next.amounts.get_mut(Self::slot(day)?) {
                let lowered = left.min(*bucket);
                *bucket = bucket.checked_sub(lowered).ok_or(MathError::Overflow)?;
                left = left.checked_sub(lowered).ok_or(MathError::Overflow)?;
            }
        }
        Ok(next)
    }

    /// Overflow withdrawn on or after the UTC day of `from`, as known at `now`.
    pub fn since(self, from: UnixSeconds, now: UnixSeconds) -> StakeResult<Io> {
        let ring = self.advanced(now)?;
        let first = from.day_index();
        let mut sum = Io::ZERO;
        for back in 0..WINDOW {
            let day = ring
                .newest_day
                .checked_sub(back)
                .ok_or(MathError::Overflow)?;
            if day < first {
                break;
            }
            if let Some(bucket) = ring.amounts.get(Self::slot(day)?) {
                sum = sum.checked_add(Io::from_base_units(*bucket))?;
            }
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::DAY;

    fn day(index: i64) -> UnixSeconds {
        UnixSeconds::new(index * DAY)
    }

    fn io(base_units: u64) -> Io {
        Io::from_base_units(base_units)
    }

    fn since(ring: DayBuckets, from: i64, now: i64) -> u64 {
        ring.since(day(from), day(now)).unwrap().base_units()
    }

    #[test]
    fn deposit_lowers_the_newest_bucket_first() {
        let ring = DayBuckets::EMPTY
            .withdrawn(io(10), day(100))
            .and_then(|r| r.withdrawn(io(20), day(103)))
            .and_then(|r| r.deposited(io(25), day(104)))
            .unwrap();
        assert_eq!(since(ring, 103, 104), 0);
        assert_eq!(since(ring, 100, 104), 5);
        let empty = ring.deposited(io(6), day(104)).unwrap();
        assert_eq!(since(empty, 100, 104), 0);
    }

    #[test]
    fn bucket_of_the_offence_day_counts_and_the_day_before_does_not() {
        let ring = DayBuckets::EMPTY.withdrawn(io(7), day(50)).unwrap();
        assert_eq!(since(ring, 50, 50), 7);
        assert_eq!(
            ring.since(UnixSeconds::new(51 * DAY - 1), day(60)),
            Ok(io(7))
        );
        assert_eq!(since(ring, 51, 60), 0);
    }

    #[test]
    fn bucket_leaves_after_32_days() {
        let ring = DayBuckets::EMPTY.withdrawn(io(7), day(50)).unwrap();
        assert_eq!(since(ring, 50, 81), 7);
        assert_eq!(since(ring, 50, 82), 0);
        let reused = ring.withdrawn(io(1), day(82)).unwrap();
        assert_eq!(since(reused, 50, 82), 1);
        let far = ring.withdrawn(io(2), day(1_000)).unwrap();
        assert_eq!(since(far, 0, 1_000), 2);
    }

    #[test]
    fn sums_that_do_not_fit_are_errors() {
        let ring = DayBuckets::EMPTY.withdrawn(io(u64::MAX), day(1)).unwrap();
        assert_eq!(
            ring.withdrawn(io(1), day(1)),
            Err(StakeRuleError::Math(MathError::Overflow))
        );
        let two = ring.withdrawn(io(1), day(2)).unwrap();
        assert_eq!(
            two.since(day(1), day(2)),
            Err(StakeRuleError::Math(MathError::Overflow))
        );
    }
}
