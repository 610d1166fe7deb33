//! Purchases that need not be kept apart any more (economics §8.4).

use super::{BillingError, Segment, Segments};
use crate::math::{add, MathError};

impl Segments {
    /// Folds the leading purchases that lie wholly within the first `settled` minutes into one of
    /// (Σ minutes, Σ amount) with the least of their hire rates. No bill above `settled` minutes
    /// changes, and below it none is evaluated again.
    ///
    /// Errors: `Math(Overflow)`.
    pub fn fold(&self, settled: u32) -> Result<Self, BillingError> {
        let mut folded = Segment::NONE;
        let mut rest = Self::EMPTY;
        for segment in self.items() {
            let end = folded
                .minutes
                .checked_add(segment.minutes)
                .ok_or(MathError::Overflow)?;
            if rest.count > 0 || end > settled {
                rest.append(*segment)?;
                continue;
            }
            folded = Segment {
                minutes: end,
                amount: add(folded.amount, segment.amount)?,
                hire_q: if folded.minutes == 0 {
                    segment.hire_q
                } else {
                    folded.hire_q.min(segment.hire_q)
                },
            };
        }
        let mut out = Self::EMPTY;
        if folded.minutes > 0 {
            out.append(folded)?;
        }
        for segment in rest.items() {
            out.append(*segment)?;
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(parts: &[(u32, u64, u64)]) -> Segments {
        Segments::from_items(parts.iter().map(|(minutes, amount, hire_q)| Segment {
            minutes: *minutes,
            amount: *amount,
            hire_q: *hire_q,
        }))
        .unwrap()
    }

    #[test]
    fn wholly_settled_purchases_become_one() {
        let segments = line(&[(60, 601, 5), (60, 700, 3), (60, 800, 4)]);
        assert_eq!(segments.fold(119).unwrap(), segments);
        assert_eq!(segments.fold(0).unwrap(), segments);
        let folded = line(&[(120, 1_301, 3), (60, 800, 4)]);
        assert_eq!(segments.fold(120).unwrap(), folded);
        assert_eq!(segments.fold(179).unwrap(), folded);
        assert_eq!(segments.fold(180).unwrap(), line(&[(180, 2_101, 3)]));
        assert_eq!(Segments::EMPTY.fold(5).unwrap(), Segments::EMPTY);
    }

    proptest! {
        #[test]
        fn folding_changes_no_bill_from_the_settled_minutes_on(
            parts in prop::collection::vec((1u32..5_000, 0u64..1_000_000_000, 0u64..9), 1..=4),
            settled in 0u32..20_000,
            more in 0u32..20_000,
        ) {
            let segments = line(&parts);
            let hired = segments.hired().unwrap();
            let settled = settled.min(hired);
            let minutes = settled.saturating_add(more).min(hired);
            let folded = segments.fold(settled).unwrap();
            prop_assert_eq!(folded.billed(minutes).unwrap(), segments.billed(minutes).unwrap());
            prop_assert_eq!(folded.hired().unwrap(), hired);
            prop_assert_eq!(folded.compute().unwrap(), segments.compute().unwrap());
            prop_assert!(folded.items().count() <= segments.items().count());
            prop_assert_eq!(
                folded.hire_usd_micros(3, minutes, hired).unwrap(),
                segments.hire_usd_micros(3, minutes, hired).unwrap()
            );
        }
    }
}
