//! Instructions on a work record.

mod apply_work_leaf;
mod close;
mod earn;
mod price;

pub use apply_work_leaf::*;
pub use close::*;
pub use earn::*;
pub use price::*;
