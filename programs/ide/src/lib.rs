//! The engine: vaults, epochs and the money that flows through them (economics §10).
//!
//! Mechanism: revenue and emission collect in one Epoch account per UTC day and join the vaults'
//! ledgers when the day is sealed. Place of use: `booking` deposits what it earned for the network.
//! Invariant: no ledger grows without the tokens arriving in the same instruction, so each vault
//! holds at least its ledger.
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

declare_id!("7hRKzWENcN4HcSXPZ87iMefDFFGFRWXwnHgHo1MvRW9i");

#[program]
pub mod ide {
    use super::*;

    /// Creates the ledgers and the five vaults; upgrade authority only, once.
    pub fn initialize(ctx: Context<Initialize>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_initialize(ctx)
    }

    /// Creates the account of a UTC day; anyone.
    pub fn open_epoch(ctx: Context<OpenEpoch>, args: OpenEpochArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_epoch(ctx, args)
    }

    /// Takes earned money into the fee vault; the booking program only.
    pub fn deposit_revenue(ctx: Context<DepositRevenue>, args: DepositRevenueArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_deposit_revenue(ctx, args)
    }
}
