//! Instructions of one noun, one file per verb.

mod clear;
mod set;

pub use clear::*;
pub use set::*;
