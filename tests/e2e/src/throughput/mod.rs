//! How many bookings the programs carry, and what one costs in SOL.
//!
//! Mechanism: a local chain, devices that are up and staked, then waves of one booking per device
//! through the whole life: quote, book, pay and lock, start, end, record, earn, settle, close; the chain's
//! clock is moved between the steps. Place of use: `cargo xtask bench throughput`. Invariant: every
//! wallet ends with what it began with less the fees of its own signatures.

mod ledger;
mod sender;
mod setup;
mod waves;

pub use ledger::{Cost, Outcome, PhaseTime};
pub use waves::run;

/// Size of a run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Bookings in all.
    pub bookings: usize,
    /// Devices, and so bookings at one time.
    pub devices: usize,
}
