//! Instructions on a quote.

mod close;
mod create;

pub use close::*;
pub use create::*;
