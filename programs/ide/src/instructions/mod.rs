//! Instructions of the engine, one folder per noun and one file per verb.

mod auction;
mod claim;
mod emission;
mod engine;
mod epoch;
mod hold;
mod rates;
mod revenue;
mod root;
mod vaults;

pub use auction::*;
pub use claim::*;
pub use emission::*;
pub use engine::*;
pub use epoch::*;
pub use hold::*;
pub use rates::*;
pub use revenue::*;
pub use root::*;
pub use vaults::*;
