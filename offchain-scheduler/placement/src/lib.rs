//! Which devices serve a request: a pure decision over a snapshot (off-chain protocol §4).
//!
//! Mechanism: [`plan`] filters the devices of a [`Snapshot`] by the request, scores what is left in
//! integers by the terms of a [`Policy`], and takes the cheapest set of whole devices whose
//! processors add up to exactly what was asked for, or nothing. Each decision explains itself term by
//! term. Place of use: the scheduler. Invariants: equal input gives equal output on every machine, in
//! whatever order devices and requests are given; a plan is whole; it names no filtered device and no
//! device twice; it can be committed only against the snapshot version that it was made from.
#![deny(missing_docs)]

mod decision;
mod filter;
mod policy;
mod request;
mod select;
mod snapshot;

pub use decision::*;
pub use filter::*;
pub use policy::*;
pub use request::*;
pub use snapshot::*;
