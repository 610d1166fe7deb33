//! Instructions on the buyback.

mod end;
mod fill;
mod open;

pub use end::*;
pub use fill::*;
pub use open::*;
