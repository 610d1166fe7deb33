//! Ion's staking program: collateral of devices, co-staking offers and the exits of both parties
//! (economics §3, §4, §13.2, §13.3).
//!
//! Mechanism: each device has one book of principal, `DeviceStake`, and one token account that holds
//! exactly what the book says. Rules are `ion_economics::stake`; this crate binds them to accounts,
//! signers and transfers. Invariant: principal leaves the vault only to the wallet recorded for it.
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

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

mod checks;
pub mod constants;
mod count;
pub mod error;
pub mod events;
pub mod instructions;
pub mod state;

use anchor_lang::prelude::*;
pub use instructions::*;

declare_id!("HVQmpvxuvUqB7Gvbr8A9hHmnG7tkpSQZ8sMQNg4PeABu");

#[cfg(not(feature = "no-entrypoint"))]
solana_security_txt::security_txt! {
    name: "Ion staking",
    project_url: "not published yet",
    contacts: "other:docs/SECURITY.md of the source",
    policy: "docs/SECURITY.md of the source",
    preferred_languages: "en"
}

#[program]
pub mod staking {
    use super::*;

    pub fn init_shard(ctx: Context<InitShard>, args: InitShardArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_init_shard(ctx, args)
    }

    pub fn open_stake(ctx: Context<OpenStake>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_stake(ctx)
    }

    pub fn stake(ctx: Context<Stake>, args: StakeArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_stake(ctx, args)
    }

    pub fn withdraw_overflow(
        ctx: Context<WithdrawOverflow>,
        args: WithdrawOverflowArgs,
    ) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_withdraw_overflow(ctx, args)
    }

    pub fn begin_unstake(ctx: Context<BeginUnstake>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_begin_unstake(ctx)
    }

    pub fn withdraw(ctx: Context<Withdraw>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_withdraw(ctx)
    }

    pub fn refresh_stake(ctx: Context<RefreshStake>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_refresh_stake(ctx)
    }

    pub fn sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_sweep_excess(ctx)
    }

    pub fn create_offer(ctx: Context<CreateOffer>, args: CreateOfferArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_create_offer(ctx, args)
    }

    pub fn retract_offer(ctx: Context<RetractOffer>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_retract_offer(ctx)
    }

    pub fn close_offer(ctx: Context<CloseOffer>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_offer(ctx)
    }

    pub fn accept_offer(ctx: Context<AcceptOffer>, args: AcceptOfferArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_accept_offer(ctx, args)
    }

    pub fn open_costaker(ctx: Context<OpenCostaker>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_costaker(ctx)
    }

    pub fn co_unstake(ctx: Context<CoUnstake>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_co_unstake(ctx)
    }

    pub fn advance_exit(ctx: Context<AdvanceExit>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_advance_exit(ctx)
    }

    pub fn withdraw_position(ctx: Context<WithdrawPosition>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_withdraw_position(ctx)
    }

    pub fn close_position(ctx: Context<ClosePosition>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_position(ctx)
    }

    pub fn open_slash_day<'info>(
        ctx: Context<'info, OpenSlashDay<'info>>,
        args: OpenSlashDayArgs,
    ) -> Result<()> {
        instructions::handle_open_slash_day(ctx, args)
    }

    pub fn propose_slash<'info>(
        ctx: Context<'info, ProposeSlash<'info>>,
        args: ProposeSlashArgs,
    ) -> Result<()> {
        instructions::handle_propose_slash(ctx, args)
    }

    pub fn appeal(ctx: Context<Appeal>, args: AppealArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_appeal(ctx, args)
    }

    pub fn rule(ctx: Context<Rule>, args: RuleArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_rule(ctx, args)
    }

    pub fn withdraw_case(ctx: Context<WithdrawCase>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_withdraw_case(ctx)
    }

    pub fn finalize_case<'info>(ctx: Context<'info, FinalizeCase<'info>>) -> Result<()> {
        instructions::handle_finalize_case(ctx)
    }

    pub fn restore_leg(ctx: Context<RestoreLeg>, args: RestoreLegArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_restore_leg(ctx, args)
    }

    pub fn burn_forfeited(ctx: Context<BurnForfeited>, args: BurnForfeitedArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_burn_forfeited(ctx, args)
    }

    pub fn pay_renter(ctx: Context<PayRenter>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pay_renter(ctx)
    }

    pub fn sweep_case(ctx: Context<SweepCase>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_sweep_case(ctx)
    }
}
