//! Accounts of the engine, one file each.

mod auction;
mod engine;
mod epoch;
mod rates;
mod roots;
mod sealed;
mod vaults;

pub use auction::*;
pub use engine::*;
pub use epoch::*;
pub use rates::*;
pub use roots::*;
pub use sealed::*;
pub use vaults::*;
