//! Placement on public cluster traces.
//!
//! Mechanism: reads a trace folder, builds a fleet and requests from it and replays them through
//! `ion_placement` unchanged, with price, tier and reliability neutral. Place of use: the binaries of
//! this crate, started by `cargo xtask bench placement`, `gangs` and `drill`. Invariant: all
//! randomness comes from the seed; equal seeds give equal results.
#![deny(missing_docs)]

pub mod cluster;
pub mod drawing;
pub mod figures;
pub mod openb;
pub mod philly;
pub mod random;
