//! Accounts of the schedule, one file each.

mod emission;

pub use emission::*;
