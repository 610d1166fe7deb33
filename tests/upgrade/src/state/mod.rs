//! Accounts of the schedule; claim records in both layouts.

#[path = "../../../../programs/rewards/src/state/block.rs"]
mod block;
mod claim_record;
#[path = "../../../../programs/rewards/src/state/emission.rs"]
mod emission;
#[path = "../../../../programs/rewards/src/state/root_ring.rs"]
mod root_ring;
/// Claim records as they were.
#[allow(dead_code, reason = "the old layout is only read")]
#[path = "../../../../programs/rewards/src/state/claim_record.rs"]
pub mod v1;

pub use block::*;
pub use claim_record::*;
pub use emission::*;
pub use root_ring::*;
