//! Instructions of one noun, one file per verb.

mod accept;

pub use accept::*;
