//! Instructions on the record of a leaf.

mod open;
mod pay;
mod prove;

pub use open::*;
pub use pay::*;
pub use prove::*;
