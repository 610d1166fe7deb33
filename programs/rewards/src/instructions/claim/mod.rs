//! Instructions on claim records.

mod burn_forfeited;
mod forfeit;
mod open;
mod pay;
mod prove;
mod records;
mod unforfeit;

pub use burn_forfeited::*;
pub use forfeit::*;
pub use open::*;
pub use pay::*;
pub use prove::*;
pub use unforfeit::*;
