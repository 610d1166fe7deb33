//! Instructions on payout roots.

mod accept;
mod veto;

pub use accept::*;
pub use veto::*;
