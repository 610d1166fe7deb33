//! Instructions on the vaults.

mod fund;
mod initialize;
mod sweep;

pub use fund::*;
pub use initialize::*;
pub use sweep::*;
