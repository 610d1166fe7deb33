//! Cumulative roots and claim records, as `rewards` and `ide` use them (economics §7.5, §10.5).
//!
//! Mechanism: a tree states what each (device, party) earned since the beginning. Its root is
//! accepted with its totals, waits until it matures and may be vetoed until then. A record per leaf
//! keeps what the leaf said at the newest accepted and at the newest matured root, and what was
//! claimed, held by slash cases and burned. Place of use: both programs wrap [`Ring`] and [`Ledger`]
//! in accounts of their own and do the checks of accounts, reports and tokens; the rules are here.
//! Invariant: claimed and burned never exceed the lifetime of the newest matured root, per leaf, and
//! a vetoed root pays nothing.
#![forbid(unsafe_op_in_unsafe_fn)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "test code may fail loudly"
    )
)]

mod error;
mod ledger;
mod ring;
mod root;

pub use error::*;
pub use ledger::*;
pub use ring::*;
pub use root::*;
