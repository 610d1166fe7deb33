//! Measuring programs of the indexer: `cargo xtask bench api` and `cargo xtask bench indexer`.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
