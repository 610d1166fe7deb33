//! Which records of a booking are Final without a gap, so that purchases they cover can be folded
//! (economics §8.4).

/// Most records after the first unfinished one that are remembered as finished.
const WINDOW: u32 = u32::BITS;

/// The finished records of a booking: all below `count`, and of the next 32 those with their bit set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FinishedRecords {
    /// Records finished without a gap, from record 0.
    pub count: u32,
    /// Bit `i`: record `count + i` is finished; bit 0 is never set.
    pub later: u32,
}

/// What the finishing of one record changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The records after it.
    pub records: FinishedRecords,
    /// Whether no earlier record is open, so that the minutes up to this one are settled.
    pub is_gapless: bool,
}

impl FinishedRecords {
    /// Every record below `next` is finished.
    pub const fn all(next: u32) -> Self {
        Self {
            count: next,
            later: 0,
        }
    }

    /// Record `seq` is finished. One too far ahead is forgotten: its minutes count as settled later
    /// than they are, never sooner.
    pub fn finish(self, seq: u32) -> Finished {
        let Some(ahead) = seq.checked_sub(self.count).filter(|ahead| *ahead < WINDOW) else {
            return Finished {
                records: self,
                is_gapless: false,
            };
        };
        let later = self.later | 1u32.checked_shl(ahead).unwrap_or_default();
        let run = later.trailing_ones();
        Finished {
            records: Self {
                // saturating: a booking has at most 2^32 records
                count: self.count.saturating_add(run),
                later: later.checked_shr(run).unwrap_or_default(),
            },
            is_gapless: ahead == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gap_holds_the_count_until_it_is_closed() {
        let records = FinishedRecords::default();
        let first = records.finish(1);
        assert_eq!((first.records.count, first.is_gapless), (0, false));
        let second = first.records.finish(3).records.finish(0);
        assert_eq!((second.records.count, second.is_gapless), (2, true));
        let third = second.records.finish(2);
        assert_eq!(third.records, FinishedRecords::all(4));
        assert!(third.is_gapless);
    }

    #[test]
    fn record_far_ahead_or_long_finished_changes_nothing() {
        let records = FinishedRecords::all(5);
        for seq in [0, 4, 37, u32::MAX] {
            assert_eq!(records.finish(seq).records, records);
            assert!(!records.finish(seq).is_gapless);
        }
        assert_eq!(records.finish(36).records.later, 1 << 31);
        let full = FinishedRecords {
            count: 0,
            later: u32::MAX - 1,
        };
        assert_eq!(full.finish(0).records, FinishedRecords::all(32));
    }

    proptest! {
        #[test]
        fn count_never_passes_an_open_record(order in Just((0u32..24).collect::<Vec<_>>()).prop_shuffle(), taken in 0usize..24) {
            let mut records = FinishedRecords::default();
            for seq in &order[..taken] {
                records = records.finish(*seq).records;
            }
            let done = &order[..taken];
            let expected = (0..).find(|seq| !done.contains(seq)).unwrap();
            prop_assert_eq!(records.count, expected);
        }
    }
}
