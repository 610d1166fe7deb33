//! What every service process has: settings, logs, metrics, liveness and an orderly end.
//!
//! Place of use: the binaries of all services, the indexer included. Invariant: nothing here knows
//! the chain or a rule of the product.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod health;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod settings;
pub mod shutdown;
