//! Ion's economic rules as pure integer functions.
//!
//! Mechanism: every amount, deadline and state change of the network is computed here from plain
//! values. Place of use: the on-chain programs, the services, the command line and the tests call
//! the same functions. Invariant: no floats, no wrapping, no saturation outside rules that are
//! clamps; every division names its direction.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
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

pub mod billing;
pub mod block;
pub mod booking;
pub mod calendar;
pub mod device;
pub mod emission;
pub mod exemption;
pub mod fees;
pub mod governance;
pub mod ide;
pub mod math;
pub mod params;
pub mod poll;
pub mod price;
pub mod reliability;
pub mod reward;
pub mod slash;
pub mod stake;
pub mod units;
