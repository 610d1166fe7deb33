//! Instructions on an hourly block.

mod close;
mod complete;
mod fail;
mod release;

pub use close::*;
pub use complete::*;
pub use fail::*;
pub use release::*;
