//! Instructions on revenue.

mod deposit;

pub use deposit::*;
