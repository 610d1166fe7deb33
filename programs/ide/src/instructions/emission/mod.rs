//! Instructions by which emission and what blocks leave over reach the reward vault.

mod deposit_allowance;
mod deposit_remainder;

pub use deposit_allowance::*;
pub use deposit_remainder::*;
