//! The registry program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

pub mod constants;
pub mod error;
mod hash;
pub mod state;
pub use hash::ChainHasher;

declare_id!("8bKn7tJg2QYxq9fnCZb56A8Vvivsbwa4cdmFEG5bTqyf");

#[program]
pub mod registry {}
