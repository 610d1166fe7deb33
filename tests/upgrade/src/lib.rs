//! The rewards program with one changed account layout: what an upgrade of it would look like.
//!
//! Mechanism: everything but claim records is the very source of the rewards program. Claim records have
//! a second layout, larger than the first, and `migrate_claim_record` moves them into it. Place of use:
//! the upgrade drill of the program tests, which puts it in place of the rewards program while money is
//! on its way. It is deployed nowhere.
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

#[path = "../../../programs/rewards/src/checks.rs"]
pub mod checks;
#[path = "../../../programs/rewards/src/constants.rs"]
pub mod constants;
#[path = "../../../programs/rewards/src/error.rs"]
pub mod error;
#[path = "../../../programs/rewards/src/events/mod.rs"]
pub mod events;
pub mod instructions;
#[path = "../../../programs/rewards/src/remainder.rs"]
pub(crate) mod remainder;
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

    /// Mints the emission of the next hour; anyone, once the hour is over.
    pub fn release_block(ctx: Context<ReleaseBlock>, args: ReleaseBlockArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_release_block(ctx, args)
    }

    /// Divides a block by the attested summary of its hour; anyone.
    pub fn complete_block(ctx: Context<CompleteBlock>, args: CompleteBlockArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_complete_block(ctx, args)
    }

    /// Fails a block without an attested summary after the deadline; anyone.
    pub fn fail_block(ctx: Context<FailBlock>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_fail_block(ctx)
    }

    /// Returns the rent of an old block; anyone.
    pub fn close_block(ctx: Context<CloseBlock>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_block(ctx)
    }

    /// Accepts an attested root of the reward tree; anyone.
    pub fn accept_root(ctx: Context<AcceptRoot>, args: AcceptRootArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_accept_root(ctx, args)
    }

    /// Vetoes a root before it matures; guardian or governance.
    pub fn veto_root(ctx: Context<VetoRoot>, args: VetoRootArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_veto_root(ctx, args)
    }

    /// Creates the record of a leaf; anyone.
    pub fn open_claim(ctx: Context<OpenClaim>, args: OpenClaimArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_claim(ctx, args)
    }

    /// Proves a leaf at an accepted root; anyone.
    pub fn prove_leaf(ctx: Context<ProveLeaf>, args: ProveLeafArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_prove_leaf(ctx, args)
    }

    /// Pays what a record may claim to its party; anyone.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_claim(ctx)
    }

    /// Holds rewards for a slash case; the staking program only. Takes 1 to 5 claim records.
    pub fn forfeit<'info>(ctx: Context<'info, Forfeit<'info>>, args: ForfeitArgs) -> Result<()> {
        instructions::handle_forfeit(ctx, args)
    }

    /// Gives held rewards free; the staking program only. Takes 1 to 5 claim records.
    pub fn unforfeit<'info>(
        ctx: Context<'info, Unforfeit<'info>>,
        args: UnforfeitArgs,
    ) -> Result<()> {
        instructions::handle_unforfeit(ctx, args)
    }

    /// Burns held rewards; the staking program only. Takes 1 to 5 claim records.
    pub fn burn_forfeited<'info>(
        ctx: Context<'info, BurnForfeited<'info>>,
        args: BurnForfeitedArgs,
    ) -> Result<()> {
        instructions::handle_burn_forfeited(ctx, args)
    }

    /// Moves tokens that strangers sent to the distribution vault to the reward vault; anyone.
    pub fn sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_sweep_excess(ctx)
    }

    /// Moves a claim record of the first layout into the second; anyone, who pays the rent.
    pub fn migrate_claim_record(ctx: Context<MigrateClaimRecord>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_migrate_claim_record(ctx)
    }
}
