//! Instructions on the schedule.

mod initialize;

pub use initialize::*;
