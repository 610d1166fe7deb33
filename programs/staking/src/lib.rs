//! The staking program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("HVQmpvxuvUqB7Gvbr8A9hHmnG7tkpSQZ8sMQNg4PeABu");

#[program]
pub mod staking {}
