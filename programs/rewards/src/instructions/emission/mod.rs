//! Instructions on the schedule.

mod initialize;
mod sweep_excess;

pub use initialize::*;
pub use sweep_excess::*;
