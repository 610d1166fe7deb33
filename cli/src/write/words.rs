//! Words around a change.

use crate::{output::Cell, time::show_duration};

pub(super) fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// A deadline in words: when, and how long until then.
pub fn deadline(at: i64, now: i64) -> Cell {
    let distance = at.saturating_sub(now);
    let relation = if distance >= 0 {
        format!("in {}", show_duration(distance))
    } else {
        format!("{} ago", show_duration(distance.saturating_neg()))
    };
    Cell::Text(format!("{} ({relation})", crate::time::show_time(at)))
}
