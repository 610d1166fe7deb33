//! Proof of compute: a device shows that it did `rounds · n³` integer multiply-adds itself.
//!
//! Mechanism: a [`Challenge`] fixes a seed. Both matrices of a round are generated from the round's
//! seed ([`generator`]), multiplied exactly in 32-bit integers ([`CpuProver`] or another
//! [`Prover`]), and the rows of the product become the leaves of a Merkle tree ([`RowTree`]). The
//! root of one round is the seed of the next, so the rounds cannot be computed side by side. The
//! device sends all roots first ([`Commitment`]); only then does the verifier reveal its secret,
//! from which both sides derive the entries to open ([`positions`]). The verifier recomputes each
//! opened entry as one dot product of length `n` and never holds a matrix ([`verify`]).
//!
//! Place of use: the agent proves, the verifier service judges; deadlines, transport and storage
//! are theirs. Invariant: for equal input every back end gives equal bits, and the functions here
//! read no clock, no network and no global randomness.
//!
//! Soundness: if a share ε of the entries of all rounds is wrong, `k` openings drawn with
//! replacement all miss it with probability `(1 − ε)^k`.
#![cfg_attr(not(feature = "cuda"), forbid(unsafe_code))]
#![deny(missing_docs)]

mod answer;
#[cfg(feature = "cuda")]
mod cuda;
mod digest;
pub mod freivalds;
pub mod generator;
mod opening;
mod prover;
mod statement;
mod tree;
mod verdict;
mod verifier;

pub use answer::{Answer, ChallengeWork, Commitment, Opening};
#[cfg(feature = "cuda")]
pub use cuda::{CudaError, CudaProver};
pub use digest::Hash;
pub use opening::{Position, positions};
pub use prover::{CpuProver, EvidenceGrade, MAX_CPU_N, Prover, ProverError};
pub use statement::{
    Challenge, ChallengeError, MAX_N, MAX_OPENINGS, MAX_ROUNDS, next_seed, secret_hash,
};
pub use tree::{RowTree, row_leaf};
pub use verdict::{Evidence, FailReason, InconclusiveReason, Verdict, transcript_hash};
pub use verifier::{OpeningCheck, verify};
