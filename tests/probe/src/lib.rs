//! The probe program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("EK9D8ZqWDfqAUmfh535nga2uuTczXZTSm9AH4ovQRtby");

#[program]
pub mod probe {}
