//! Instructions on a quote.

mod close;
mod create;
mod extension;
mod terms;

pub use close::*;
pub use create::*;
pub use extension::*;
