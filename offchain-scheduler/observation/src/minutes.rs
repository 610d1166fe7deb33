//! Minutes of an hour.

use borsh::{BorshDeserialize, BorshSerialize};

/// Set of the minutes 0 to 59 of one hour.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MinuteMap(u64);

impl MinuteMap {
    /// All 60 minutes.
    pub const ALL: MinuteMap = MinuteMap((1 << 60) - 1);

    /// From the bits as stored, bit 0 for minute 0; `None` when a bit above 59 is set.
    pub fn from_bits(bits: u64) -> Option<Self> {
        (bits & !Self::ALL.0 == 0).then_some(MinuteMap(bits))
    }

    /// The bits, bit 0 for minute 0.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Adds a minute; one above 59 changes nothing.
    pub fn insert(&mut self, minute: u32) {
        if minute < 60 {
            self.0 |= 1 << minute;
        }
    }

    /// Whether a minute is in the set.
    pub fn contains(self, minute: u32) -> bool {
        minute < 60 && self.0 >> minute & 1 == 1
    }

    /// Number of minutes in the set.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Minutes that are in both sets.
    pub fn intersection(self, other: MinuteMap) -> MinuteMap {
        MinuteMap(self.0 & other.0)
    }

    /// Whether every minute of this set is in the other one.
    pub fn is_subset(self, other: MinuteMap) -> bool {
        self.0 & !other.0 == 0
    }
}

/// Minutes (Unix time / 60) that count as up when a heartbeat comes in minute `now` and the one
/// before it came in minute `last`. Fewer than `degraded_after` missed ones in a row are no fact
/// (economics §8.6), so they are filled; a longer gap stays, and only `now` counts.
pub fn fill_gap(last: Option<i64>, now: i64, degraded_after: i64) -> std::ops::RangeInclusive<i64> {
    match last {
        Some(last) if last < now && now.saturating_sub(last) <= degraded_after => last + 1..=now,
        _ => now..=now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_holds_minutes_of_one_hour_only() {
        let mut minutes = MinuteMap::default();
        for minute in [0, 59, 60, 64, 59] {
            minutes.insert(minute);
        }
        assert_eq!(minutes.count(), 2);
        assert!(minutes.contains(0) && minutes.contains(59));
        assert!(!minutes.contains(1) && !minutes.contains(60) && !minutes.contains(64));
        assert_eq!(MinuteMap::from_bits(minutes.bits()), Some(minutes));
        assert_eq!(MinuteMap::from_bits(1 << 60), None);
        assert_eq!(MinuteMap::ALL.count(), 60);
        assert!(minutes.is_subset(MinuteMap::ALL) && !MinuteMap::ALL.is_subset(minutes));
    }

    #[test]
    fn two_missed_minutes_are_filled_and_three_are_not() {
        assert_eq!(fill_gap(None, 10, 3), 10..=10);
        assert_eq!(fill_gap(Some(9), 10, 3), 10..=10);
        assert_eq!(fill_gap(Some(7), 10, 3), 8..=10);
        assert_eq!(fill_gap(Some(6), 10, 3), 10..=10);
        assert_eq!(fill_gap(Some(10), 10, 3), 10..=10);
        assert_eq!(fill_gap(Some(11), 10, 3), 10..=10);
    }
}
