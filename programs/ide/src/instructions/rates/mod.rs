//! Instructions on the rates of a class.

mod open;
mod set;

pub use open::*;
pub use set::*;
