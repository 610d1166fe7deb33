//! Instructions on an epoch.

mod open;

pub use open::*;
