//! The ide program.
use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

declare_id!("7hRKzWENcN4HcSXPZ87iMefDFFGFRWXwnHgHo1MvRW9i");

#[program]
pub mod ide {}
