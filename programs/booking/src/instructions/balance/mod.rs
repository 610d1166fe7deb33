//! Instructions on balances that are pulled.

mod pull_pay_due;
mod pull_refund;
mod sweep_excess;

pub use pull_pay_due::*;
pub use pull_refund::*;
pub use sweep_excess::*;
