//! Accounts of the booking program, one per file.

mod booking;
mod codec;
mod ending;
mod extension;
mod finished;
mod ledger;
mod line;
mod quote;
mod record;
mod tne;
mod tne_day;

pub use booking::*;
pub(crate) use extension::grow;
pub use line::*;
pub use quote::*;
pub use record::*;
pub use tne::*;
pub use tne_day::*;
