//! Typed client of Ion's five programs.
//!
//! Mechanism: program addresses are derived in [`addresses`], instructions are built in
//! [`instructions`], accounts and events are decoded in [`accounts`] and [`events`], program errors
//! are named in [`errors`], and transactions go out through [`send`]. Place of use: the command line,
//! the services, the migrations and the tests, all through the same functions.
#![deny(missing_docs)]

pub mod accounts;
pub mod addresses;
pub mod audit;
pub mod errors;
pub mod events;
pub mod history;
pub mod idl;
pub mod instructions;
pub mod pack;
pub mod rpc;
pub mod send;
pub mod table;
