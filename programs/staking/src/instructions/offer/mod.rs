//! Co-staking offers.

mod accept_offer;
mod close_offer;
mod create_offer;
mod retract_offer;

pub use accept_offer::*;
pub use close_offer::*;
pub use create_offer::*;
pub use retract_offer::*;
