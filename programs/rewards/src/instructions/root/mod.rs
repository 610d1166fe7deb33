//! Instructions on the roots of the reward tree.

mod accept;
mod veto;

pub use accept::*;
pub use veto::*;
