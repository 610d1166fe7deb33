//! Instructions of one noun, one file per verb.

mod set_hour;

pub use set_hour::*;
