//! The whole network as processes on a real chain: the demo's story and its assertion.
//!
//! Mechanism: [`network::Network`] starts a local chain (or takes one by its URL) and runs genesis,
//! [`services::Services`] runs verifiers, scheduler and agent as processes, [`story::Story`] plays one
//! booking from stake to earnings through the command line, and ends with an audit from events alone.
//! Place of use: `cargo xtask demo` and the end-to-end test. Invariant: only this crate and tests may
//! move a local chain's clock or write one of its accounts.
#![deny(missing_docs)]

pub mod cli;
pub mod indexer;
pub mod localnet;
pub mod narration;
pub mod network;
pub mod process;
pub mod services;
pub mod story;
pub mod throughput;
