//! Instructions on a work record.

mod apply_work_leaf;
mod challenge;
mod close;
mod earn;
mod lines;
mod price;
mod rule;

pub use apply_work_leaf::*;
pub use challenge::*;
pub use close::*;
pub use earn::*;
pub use price::*;
pub use rule::*;
