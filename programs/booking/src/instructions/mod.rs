//! Instructions by noun.

mod balance;
mod booking;
mod quote;
mod record;
mod tne;

pub use balance::*;
pub use booking::*;
pub use quote::*;
pub use record::*;
pub use tne::*;
