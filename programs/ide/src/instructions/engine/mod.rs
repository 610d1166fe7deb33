//! Instructions on what carries over from epoch to epoch.

mod initialize;
mod seal;
mod sealing;
mod switch;

pub use initialize::*;
pub use seal::*;
pub use switch::*;
