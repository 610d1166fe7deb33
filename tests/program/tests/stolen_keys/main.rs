//! A stolen key of each role, played to its worst, and what the network loses by it.
//!
//! Each file plays one key with everything that it can sign and shows where it ends: a bound, a
//! timelock, another key. `document.rs` compares the list of keys and the figures with
//! docs/AUTHORITIES.md.

mod document;
mod exemption_admin;
mod governance;
mod guardian;
mod quorum;
mod renters;
mod scheduler;
mod slashing;
mod stage;
mod suppliers;
mod sweep;
mod verifiers;
