//! Bringing intended transactions on chain exactly once (off-chain protocol §5).
//!
//! Mechanism: a service puts what it wants done into the [`Outbox`], unique by what it does; the
//! [`Sender`] simulates, signs, stores the signature, sends, and follows every signature to its
//! final end. Place of use: every service that writes to the chain. Invariants: no transaction is
//! sent whose signature is not stored; no second signature is made for a row while an earlier one
//! can still have an effect; stopping at any instruction of the loop and starting again neither
//! loses nor doubles an effect.
#![deny(missing_docs)]

mod benign;
pub mod fake;
mod fees;
pub mod follow;
mod order;
mod outbox;
mod sender;
mod settled;
mod signers;
mod work;

pub use benign::*;
pub use fees::*;
pub use order::Order;
pub use outbox::*;
pub use sender::*;
pub use settled::*;
pub use signers::*;
pub use work::*;
