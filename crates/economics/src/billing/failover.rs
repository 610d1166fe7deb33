//! What a fault leaves of a line, and what a replacement takes over (economics §8.5, §8.6).

use super::{BillingError, Segment, Segments};
use crate::math::{mul_div_floor, sub, MathError};

/// Served minutes that a fault report claims, with what they are bounded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultMinutes {
    /// Minutes of the accepted records of the line.
    pub recorded: u32,
    /// Claimed: served at the last completed 24 h boundary before the fault.
    pub kept: u32,
    /// Claimed: served at the fault.
    pub served: u32,
    /// Minutes hired.
    pub hired: u32,
    /// Minutes from the start of the line to the fault.
    pub elapsed: u32,
    /// Minutes from the start of the line to that boundary; 0 when there was none.
    pub at_boundary: u32,
}

impl FaultMinutes {
    /// Checks `recorded ≤ kept ≤ served ≤ min(hired, elapsed)` (economics §8.5, I20), and that
    /// nothing beyond the boundary is kept, accepted records apart.
    ///
    /// Errors: `MinutesFell`, `MinutesAboveHired`.
    pub fn check(&self) -> Result<(), BillingError> {
        if self.kept < self.recorded || self.served < self.kept {
            return Err(BillingError::MinutesFell);
        }
        if self.served > self.hired.min(self.elapsed)
            || self.kept > self.at_boundary.max(self.recorded)
        {
            return Err(BillingError::MinutesAboveHired);
        }
        Ok(())
    }
}

/// What a replacement takes over from a failed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The one purchase of the replacement.
    pub segment: Segment,
    /// Reservation fee that goes with it.
    pub reservation: u64,
}

/// The last `minutes` of a failed line as the purchase of its replacement: their price, the lowest
/// hire rate among them, and the reservation in proportion (floor). No price is read (economics
/// §8.6).
///
/// Errors: `ZeroMinutes`, `MinutesAboveHired`.
pub fn failover(
    segments: &Segments,
    reservation: u64,
    minutes: u32,
) -> Result<Moved, BillingError> {
    if minutes == 0 {
        return Err(BillingError::ZeroMinutes);
    }
    let amount = segments.refund_lifo(minutes)?;
    let mut left = minutes;
    let mut hire_q = u64::MAX;
    for segment in segments.items().rev() {
        if left == 0 {
            break;
        }
        hire_q = hire_q.min(segment.hire_q);
        left = left
            .checked_sub(left.min(segment.minutes))
            .ok_or(MathError::Overflow)?;
    }
    Ok(Moved {
        segment: Segment {
            minutes,
            amount,
            hire_q,
        },
        reservation: reservation_share(reservation, amount, segments.compute()?)?,
    })
}

/// Part of a line's reservation fee that belongs to `part` of its compute: `floor(reservation·part,
/// compute)`; 0 for a line that cost nothing.
pub fn reservation_share(reservation: u64, part: u64, compute: u64) -> Result<u64, BillingError> {
    if compute == 0 {
        return Ok(0);
    }
    Ok(mul_div_floor(reservation, part, compute)?)
}

/// Reservation fee that stays with the network: what was moved to a replacement is counted there,
/// and after a fault or without a final record the part of the refunded compute goes back
/// (economics §8.5). `refunded` is 0 where the fee is kept.
///
/// Errors: `Math(Overflow)` when moved and refunded are above the compute.
pub fn reservation_kept(
    reservation: u64,
    moved: u64,
    refunded: u64,
    compute: u64,
) -> Result<u64, BillingError> {
    let gone = reservation_share(reservation, moved, compute)?;
    let back = reservation_share(reservation, refunded, compute)?;
    Ok(sub(sub(reservation, gone)?, back)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::billing::end_fault;

    fn line(parts: &[(u32, u64, u64)]) -> Segments {
        Segments::from_items(parts.iter().map(|(minutes, amount, hire_q)| Segment {
            minutes: *minutes,
            amount: *amount,
            hire_q: *hire_q,
        }))
        .unwrap()
    }

    #[test]
    fn failover_follows_the_vector() {
        // rate 1,000,001, 100 minutes; fault at minute 37, 60 minutes left at the replacement
        let segments = line(&[(100, 1_666_669, 0)]);
        let moved = failover(&segments, 4_167, 60).unwrap();
        assert_eq!(moved.segment.amount, 1_000_001);
        assert_eq!(moved.reservation, 2_500);
        let fault = end_fault(&segments, 0, 37, 60, 4_167, moved.segment.amount).unwrap();
        assert_eq!(fault.ending.billed, 0);
        assert_eq!(fault.ending.refund, 666_668);
        assert_eq!(fault.ending.reservation_refund, 1_666);
        assert_eq!(
            reservation_kept(4_167, 1_000_001, 666_668, 1_666_669),
            Ok(1)
        );
    }

    #[test]
    fn replacement_takes_the_lowest_hire_rate_of_the_minutes_it_takes() {
        let segments = line(&[(100, 10, 5), (50, 10, 9), (50, 10, 7)]);
        assert_eq!(failover(&segments, 0, 50).unwrap().segment.hire_q, 7);
        assert_eq!(failover(&segments, 0, 51).unwrap().segment.hire_q, 7);
        assert_eq!(failover(&segments, 0, 101).unwrap().segment.hire_q, 5);
        assert_eq!(failover(&segments, 0, 0), Err(BillingError::ZeroMinutes));
        assert_eq!(
            failover(&segments, 0, 201),
            Err(BillingError::MinutesAboveHired)
        );
    }

    #[test]
    fn claimed_minutes_stand_in_order() {
        let good = FaultMinutes {
            recorded: 1_430,
            kept: 2_870,
            served: 2_900,
            hired: 4_000,
            elapsed: 2_950,
            at_boundary: 2_880,
        };
        assert_eq!(good.check(), Ok(()));
        for (wrong, error) in [
            (
                FaultMinutes {
                    recorded: 2_871,
                    ..good
                },
                BillingError::MinutesFell,
            ),
            (
                FaultMinutes {
                    served: 2_869,
                    ..good
                },
                BillingError::MinutesFell,
            ),
            (
                FaultMinutes {
                    kept: 2_881,
                    served: 2_890,
                    ..good
                },
                BillingError::MinutesAboveHired,
            ),
            (
                FaultMinutes {
                    elapsed: 2_899,
                    ..good
                },
                BillingError::MinutesAboveHired,
            ),
            (
                FaultMinutes {
                    hired: 2_899,
                    ..good
                },
                BillingError::MinutesAboveHired,
            ),
        ] {
            assert_eq!(wrong.check(), Err(error), "{wrong:?}");
        }
        // a fault before a boundary whose record was accepted already
        let late = FaultMinutes {
            recorded: 1_430,
            kept: 1_430,
            served: 1_430,
            elapsed: 1_431,
            at_boundary: 0,
            ..good
        };
        assert_eq!(late.check(), Ok(()));
    }

    proptest! {
        #[test]
        fn failed_line_and_its_replacement_divide_the_price(
            parts in prop::collection::vec((1u32..5_000, 0u64..1_000_000_000_000, 0u64..1_000), 1..=4),
            served in 0u32..20_000,
            gap in 0u32..2_000,
            credit in 0u32..1_440,
            reservation in 0u64..1_000_000_000,
        ) {
            let segments = line(&parts);
            let hired = segments.hired().unwrap();
            let compute = segments.compute().unwrap();
            let served = served.min(hired);
            let left = hired - (served + gap).min(hired);
            prop_assume!(left > 0);
            let moved = failover(&segments, reservation, left).unwrap();
            let fault = end_fault(&segments, served / 2, served, credit, reservation, moved.segment.amount).unwrap();
            prop_assert_eq!(fault.ending.billed + fault.ending.refund + moved.segment.amount, compute);
            let kept = reservation_kept(reservation, moved.segment.amount, fault.ending.refund, compute).unwrap();
            if compute > 0 {
                prop_assert_eq!(kept + moved.reservation + fault.ending.reservation_refund, reservation);
            }
        }
    }
}
