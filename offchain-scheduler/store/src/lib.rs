//! Durable state of the services: one SQLite file, or PostgreSQL by a URL.
//!
//! Mechanism: [`Store`] opens a pool by URL and applies numbered migrations once; the same SQL
//! (text and 64-bit integers only) runs on both engines. [`outbox`] holds one row per transaction
//! that a service wants to have on chain, [`Lease`] gives work to one of several replicas. Place of use: every service. Invariants: a migration that
//! was applied never changes; every change of an outbox row is one step of
//! [`outbox::transition`], written against the version it was computed from; amounts and times are
//! integers with checked conversion.
#![deny(missing_docs)]

mod clock;
mod column;
mod error;
mod lease;
pub mod outbox;
mod store;

pub use clock::*;
pub use column::*;
pub use error::*;
pub use lease::*;
pub use store::*;
