//! Instructions on claim records.

#[path = "../../../../../programs/rewards/src/instructions/claim/burn_forfeited.rs"]
mod burn_forfeited;
#[path = "../../../../../programs/rewards/src/instructions/claim/forfeit.rs"]
mod forfeit;
mod migrate;
mod open;
#[path = "../../../../../programs/rewards/src/instructions/claim/pay.rs"]
mod pay;
#[path = "../../../../../programs/rewards/src/instructions/claim/prove.rs"]
mod prove;
#[path = "../../../../../programs/rewards/src/instructions/claim/records.rs"]
mod records;
#[path = "../../../../../programs/rewards/src/instructions/claim/unforfeit.rs"]
mod unforfeit;

pub use burn_forfeited::*;
pub use forfeit::*;
pub use migrate::*;
pub use open::*;
pub use pay::*;
pub use prove::*;
pub use unforfeit::*;
