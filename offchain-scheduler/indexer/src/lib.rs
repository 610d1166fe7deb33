//! The indexer: the chain's record as tables, recomputed, and the read API over them.
//!
//! Mechanism: [`follow`](ion_chain::follow) brings whole finalized slots; [`Index`] writes their
//! transactions, their events, the rows those events make and the cursor in one database transaction;
//! [`check`] recomputes what changed by the rules of `economics` and puts it beside the accounts;
//! [`api`] serves the rows. Place of use: the binary `ion-indexer`. Invariants: every derived table is
//! a pure function of the log; the cursor never runs ahead of the rows; what cannot be understood
//! stops the index and is never skipped.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod api;
pub mod check;
mod entry;
mod error;
mod history;
mod index;
mod known;
mod numbers;
pub mod project;
pub mod record;
pub mod run;
pub mod schema;
pub mod settings;

pub use error::IndexError;
pub use history::LogHistory;
pub use index::{Applied, DERIVED, Index};
