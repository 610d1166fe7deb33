//! The rewards program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("4sYJjuNRmBTsg7hGP1JszkdkNDD7hSs24L1BY51jzxBF");

#[program]
pub mod rewards {}
