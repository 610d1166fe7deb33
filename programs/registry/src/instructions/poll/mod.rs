//! Instructions of one noun, one file per verb.

mod close;
mod open;
mod vote;

pub use close::*;
pub use open::*;
pub use vote::*;
