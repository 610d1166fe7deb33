//! Services of Ion: agent, verifier and scheduler, one binary per job.
//!
//! Mechanism: configuration, wiring, loops and HTTP around pure cores (`ion_challenge`,
//! `ion_observation`, `ion_placement`, `ion_economics`). Place of use: the binaries of this crate.
//! Invariant: no rule lives here, services do not call each other's code, and every effect on chain
//! goes through the outbox.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod agent;
pub mod chain_view;
pub mod scheduler;
pub mod verifier;

pub use ion_runtime::{health, http, logging, metrics, settings, shutdown};
