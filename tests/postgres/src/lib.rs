//! A PostgreSQL server on loopback for tests, and empty databases of both engines.
//!
//! Mechanism: `initdb` and `postgres` of the installed package run in a temporary folder, as
//! another user where this process is root. Place of use: `cargo xtask test` starts one server for
//! all tests and hands its address on in [`URL_VARIABLE`]; a test run by hand starts its own.
//! Invariant: the server ends and its folder is removed when the process that started it ends, in
//! whatever way.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(feature = "databases")]
mod databases;
mod server;

#[cfg(feature = "databases")]
pub use databases::{Database, databases, postgres};
pub use server::{PACKAGE, Server, ServerError};

/// Variable that names a server to use instead of an own one.
pub const URL_VARIABLE: &str = "ION_TEST_POSTGRES_URL";
