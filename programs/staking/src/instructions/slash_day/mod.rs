//! Days of the network cap.

mod open_slash_day;

pub use open_slash_day::*;
