//! The registry program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("8bKn7tJg2QYxq9fnCZb56A8Vvivsbwa4cdmFEG5bTqyf");

#[program]
pub mod registry {}
