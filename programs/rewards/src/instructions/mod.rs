//! Instructions of the schedule, one folder per noun and one file per verb.

mod emission;

pub use emission::*;
