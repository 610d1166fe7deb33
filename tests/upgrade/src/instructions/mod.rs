//! Instructions of the schedule; those that create or move claim records are new.

#[path = "../../../../programs/rewards/src/instructions/block/mod.rs"]
mod block;
mod claim;
#[path = "../../../../programs/rewards/src/instructions/emission/mod.rs"]
mod emission;
#[path = "../../../../programs/rewards/src/instructions/root/mod.rs"]
mod root;

pub use block::*;
pub use claim::*;
pub use emission::*;
pub use root::*;
