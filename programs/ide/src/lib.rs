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
mod price;
pub mod state;
mod tokens;

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

    /// Counts the emission of an hour as allowance of its epoch; the rewards program only.
    pub fn deposit_allowance(
        ctx: Context<DepositAllowance>,
        args: DepositAllowanceArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_deposit_allowance(ctx, args)
    }

    /// Takes what a block leaves over into the reward vault; the rewards program only.
    pub fn deposit_remainder(
        ctx: Context<DepositRemainder>,
        args: DepositRemainderArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_deposit_remainder(ctx, args)
    }

    /// Creates the engine and the ring of payout roots; upgrade authority only, once.
    pub fn initialize_engine(ctx: Context<InitializeEngine>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_initialize_engine(ctx)
    }

    /// Adds a gift to the reward vault or the fee vault; anyone.
    pub fn fund(ctx: Context<Fund>, args: FundArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_fund(ctx, args)
    }

    /// Takes tokens above a vault's ledger into the ledgers; anyone.
    pub fn sweep_excess<'info>(ctx: Context<'info, SweepExcess<'info>>) -> Result<()> {
        instructions::handle_sweep_excess(ctx)
    }

    /// Ends a UTC day; anyone.
    pub fn end_epoch(ctx: Context<EndEpoch>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_end_epoch(ctx)
    }

    /// Takes the attested obligations of a day; anyone.
    pub fn accept_epoch_report(
        ctx: Context<AcceptEpochReport>,
        args: AcceptEpochReportArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_accept_epoch_report(ctx, args)
    }

    /// Reveals class rows of a report; anyone.
    pub fn apply_epoch_rows<'info>(
        ctx: Context<'info, ApplyEpochRows<'info>>,
        args: ApplyEpochRowsArgs,
    ) -> Result<()> {
        instructions::handle_apply_epoch_rows(ctx, args)
    }

    /// Drops an attested report that could not be completed in time; anyone.
    pub fn void_epoch_report(ctx: Context<VoidEpochReport>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_void_epoch_report(ctx)
    }

    /// Seals the next day; anyone.
    pub fn seal_epoch(ctx: Context<SealEpoch>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_seal_epoch(ctx)
    }

    /// Creates the account of a class's rates; anyone.
    pub fn open_class_rates(ctx: Context<OpenClassRates>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_class_rates(ctx)
    }

    /// Gives a class new rates by a queued decision; anyone.
    pub fn set_class_rates(ctx: Context<SetClassRates>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_set_class_rates(ctx)
    }

    /// Fixes the hour from which the engine pays by a queued decision; anyone.
    pub fn schedule_switch(ctx: Context<ScheduleSwitch>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_schedule_switch(ctx)
    }

    /// Puts the next lot up for sale; anyone.
    pub fn open_auction(ctx: Context<OpenAuction>, args: OpenAuctionArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_auction(ctx, args)
    }

    /// Sells IO to the open lot; anyone.
    pub fn fill_auction(ctx: Context<FillAuction>, args: FillAuctionArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_fill_auction(ctx, args)
    }

    /// Ends an auction; anyone.
    pub fn end_auction(ctx: Context<EndAuction>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_end_auction(ctx)
    }

    /// Accepts an attested payout root; anyone.
    pub fn accept_payout_root(
        ctx: Context<AcceptPayoutRoot>,
        args: AcceptPayoutRootArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_accept_payout_root(ctx, args)
    }

    /// Takes an immature root out of use; guardian or governance.
    pub fn veto_root(ctx: Context<VetoRoot>, args: VetoRootArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_veto_root(ctx, args)
    }

    /// Creates the record of a leaf; anyone.
    pub fn open_claim(ctx: Context<OpenClaim>, args: OpenClaimArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_claim(ctx, args)
    }

    /// Proves a leaf; anyone.
    pub fn prove_leaf(ctx: Context<ProveLeaf>, args: ProveLeafArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_prove_leaf(ctx, args)
    }

    /// Pays what a leaf has earned and not yet claimed; anyone, to the wallet that is paid.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_claim(ctx)
    }

    /// Holds payouts for a slash case; the staking program only.
    pub fn forfeit<'info>(ctx: Context<'info, Forfeit<'info>>, args: ForfeitArgs) -> Result<()> {
        instructions::handle_forfeit(ctx, args)
    }

    /// Drops holds of a slash case; the staking program only.
    pub fn unforfeit<'info>(
        ctx: Context<'info, Unforfeit<'info>>,
        args: UnforfeitArgs,
    ) -> Result<()> {
        instructions::handle_unforfeit(ctx, args)
    }

    /// Burns held payouts of a finished case; the staking program only.
    pub fn burn_forfeited<'info>(
        ctx: Context<'info, BurnForfeited<'info>>,
        args: BurnForfeitedArgs,
    ) -> Result<()> {
        instructions::handle_burn_forfeited(ctx, args)
    }
}
