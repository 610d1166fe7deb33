//! Instructions of one noun, one file per verb.

mod accept;
mod retract;

pub use accept::*;
pub use retract::*;
