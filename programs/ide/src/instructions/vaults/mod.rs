//! Instructions on the vaults.

mod initialize;

pub use initialize::*;
