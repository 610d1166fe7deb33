//! Instructions of the engine, one folder per noun and one file per verb.

mod epoch;
mod revenue;
mod vaults;

pub use epoch::*;
pub use revenue::*;
pub use vaults::*;
