//! Which devices serve a request: a pure decision over a snapshot (off-chain protocol §4).
//!
//! Mechanism: a [`Snapshot`] keeps, for each kind of request seen, the devices that its filter leaves
//! in order of an integer score; a decision brings the changed devices up to date, takes the cheapest
//! set of whole devices, or a machine for each part of a gang, or nothing, and explains itself term by
//! term. Place of use: the scheduler, and the benchmarks, which use the same code. Invariants: equal
//! input gives equal output on every machine, in whatever order devices and requests are given; a plan
//! is whole; it names no filtered device and takes nothing twice; it can be committed only against the
//! snapshot version that it was made from; giving everything back restores fleet and index.
#![deny(missing_docs)]

mod choose;
mod decision;
mod demand;
mod device;
mod filter;
mod index;
mod policy;
mod queue;
mod request;
mod room;
mod running;
mod score;
mod select;
mod snapshot;
mod tournament;

pub use decision::*;
pub use demand::*;
pub use device::*;
pub use filter::{Exclusion, exclusion};
pub(crate) use filter::{is_closed_before_end, lasting_exclusion};
pub(crate) use policy::Rule;
pub use policy::{FULL, POLICIES, Policy, Term, TermScore};
pub use queue::Queue;
pub use request::*;
pub(crate) use room::Levels;
pub use room::{MAX_PROCESSORS, Part, Room, WHOLE};
pub use running::Running;
pub use snapshot::*;
