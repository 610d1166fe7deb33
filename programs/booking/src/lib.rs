//! The booking program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("9CtvNFeTACTWnea9Vu53Jw4CTzmbCV94Kcch9yRJVMa5");

#[program]
pub mod booking {}
