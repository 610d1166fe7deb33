//! The emission schedule and what suppliers earn from it (economics §6, §7).
//!
//! Mechanism: the IO mint's authority is an address of this program, which mints hour by hour what
//! the table of the schedule says. Place of use: genesis hands the mint over; blocks and claims
//! build on it. Invariant: what was released before this chain and what this program releases never
//! exceed 300,000,000 IO together.
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
        reason = "test code may fail loudly"
    )
)]

use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

pub mod checks;
pub mod constants;
pub mod error;
pub mod events;
pub mod instructions;
pub mod state;

pub use instructions::*;

declare_id!("4sYJjuNRmBTsg7hGP1JszkdkNDD7hSs24L1BY51jzxBF");

#[program]
pub mod rewards {
    use super::*;

    /// Takes over the IO mint and fixes the start of the schedule; upgrade authority only, once.
    pub fn initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_initialize(ctx, args)
    }
}
