//! Attacks of the review table that belong to no single instruction.

mod addresses;
mod events;
mod mints;
mod recipients;
