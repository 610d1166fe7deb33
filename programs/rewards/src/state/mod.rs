//! Accounts of the schedule, one file each.

mod block;
mod claim_record;
mod emission;
mod root_ring;

pub use block::*;
pub use claim_record::*;
pub use emission::*;
pub use root_ring::*;
