//! Instructions of the schedule, one folder per noun and one file per verb.

mod block;
mod claim;
mod emission;
mod root;

pub use block::*;
pub use claim::*;
pub use emission::*;
pub use root::*;
