//! Instructions on balances that are pulled.

mod pull_pay_due;
mod pull_refund;

pub use pull_pay_due::*;
pub use pull_refund::*;
