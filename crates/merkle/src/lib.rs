//! Merkle trees, leaves and report payloads (economics §2.5).
//!
//! Mechanism: a leaf is `sha256(0x00 ‖ tag ‖ key ‖ fields)`, a node `sha256(0x01 ‖ left ‖ right)`
//! by position, an odd last node moves up unchanged, and the root is
//! `sha256(0x02 ‖ leaf count ‖ top)`. Integers are little-endian. Place of use: the programs check
//! proofs, the services build trees. Invariant: a proof verifies for exactly one (leaf, index,
//! count), because leaf, node and root hashes start with different bytes, the count is hashed into
//! the root, and the number of siblings follows from index and count.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "test code may fail loudly"
    )
)]

#[cfg(any(test, feature = "host"))]
extern crate alloc;

pub mod earnings;
pub mod epoch;
pub mod fault;
mod hash;
pub mod leaf;
mod payload;
mod proof;
pub mod report;
pub mod summary;
#[cfg(any(test, feature = "host"))]
mod tree;

#[cfg(any(test, feature = "host"))]
pub use hash::Sha256Hasher;
pub use hash::{leaf, node, root, Hash, Hasher, MAX_LEAF_FIELDS};
pub use proof::{verify, MAX_SIBLINGS};
#[cfg(any(test, feature = "host"))]
pub use tree::Tree;
