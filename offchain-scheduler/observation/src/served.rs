//! Served minutes of a booking line, as one verifier saw them.

/// What a verifier knows of one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinuteState {
    /// The device was seen.
    Up,
    /// The verifier watched and did not see the device.
    Down,
    /// The verifier itself did not watch.
    Unobserved,
}

/// Served minutes of a run from `start` to `end` (Unix seconds), `None` when the verifier watched
/// in none of its minutes and therefore has no opinion.
///
/// A started minute counts whole (economics §8.5): the run has `ceil((end − start) / 60)` minutes,
/// and minute `r` takes the state of clock minute `floor(start / 60) + r`.
///
/// A verifier's own gap harms neither side: its minutes count as served when the device was up in
/// the last watched minute before and in the first one after, and not otherwise; where the run has
/// a watched minute on one side only, that one decides.
pub fn served_minutes(start: i64, end: i64, state: impl Fn(i64) -> MinuteState) -> Option<u32> {
    // ceil: a started minute counts whole
    let run = end.saturating_sub(start).max(0).saturating_add(59) / 60;
    if run == 0 {
        return Some(0);
    }
    let first = start.div_euclid(60);
    let mut served: i64 = 0;
    let mut gap: i64 = 0;
    let mut before: Option<bool> = None;
    for minute in first..first.saturating_add(run) {
        let is_up = match state(minute) {
            MinuteState::Unobserved => {
                gap += 1;
                continue;
            }
            MinuteState::Up => true,
            MinuteState::Down => false,
        };
        if is_up {
            served += 1 + if before != Some(false) { gap } else { 0 };
        }
        gap = 0;
        before = Some(is_up);
    }
    if before? {
        served += gap;
    }
    u32::try_from(served).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `u` up, `d` down, anything else unobserved; minute 100 is the first.
    fn served(pattern: &str, start: i64, end: i64) -> Option<u32> {
        served_minutes(start, end, |minute| {
            match usize::try_from(minute - 100)
                .ok()
                .and_then(|at| pattern.as_bytes().get(at))
            {
                Some(b'u') => MinuteState::Up,
                Some(b'd') => MinuteState::Down,
                _ => MinuteState::Unobserved,
            }
        })
    }

    #[test]
    fn watched_minutes_count_as_seen() {
        assert_eq!(served("uuddu", 6_000, 6_300), Some(3));
        assert_eq!(served("ddddd", 6_000, 6_300), Some(0));
    }

    #[test]
    fn started_minute_counts_whole() {
        assert_eq!(served("uuuuu", 6_000, 6_000), Some(0));
        assert_eq!(served("uuuuu", 6_000, 6_001), Some(1));
        assert_eq!(served("uuuuu", 6_000, 6_060), Some(1));
        assert_eq!(served("uuuuu", 6_000, 6_061), Some(2));
        // 121 seconds from the middle of minute 100 are 3 started minutes.
        assert_eq!(served("uuuuu", 6_030, 6_151), Some(3));
    }

    #[test]
    fn gap_counts_when_the_device_was_up_on_both_sides() {
        assert_eq!(served("u..u", 6_000, 6_240), Some(4));
        assert_eq!(served("d..u", 6_000, 6_240), Some(1));
        assert_eq!(served("u..d", 6_000, 6_240), Some(1));
        assert_eq!(served("u.d.u", 6_000, 6_300), Some(2));
    }

    #[test]
    fn gap_at_an_edge_follows_its_only_side() {
        assert_eq!(served("..uu", 6_000, 6_240), Some(4));
        assert_eq!(served("..du", 6_000, 6_240), Some(1));
        assert_eq!(served("uu..", 6_000, 6_240), Some(4));
        assert_eq!(served("ud..", 6_000, 6_240), Some(1));
    }

    #[test]
    fn run_without_a_watched_minute_has_no_opinion() {
        assert_eq!(served("....", 6_000, 6_240), None);
    }
}
