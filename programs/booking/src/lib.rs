//! Renters' money: quotes, escrow, work records, refunds and pay (economics §8, §9).
//!
//! Mechanism: the scheduler quotes named devices at their owners' prices; the renter books, the payer
//! pays into an escrow of the booking's own; devices are locked, minutes run, and attested work
//! records bill them. Place of use: renters, suppliers and anyone who cranks. Invariant: per line
//! billed, refunded and moved sum to what was bought, and the escrow holds what is not yet delivered;
//! every state that holds money has an exit that needs no special key.
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
        clippy::cast_possible_truncation,
        reason = "test code may fail loudly"
    )
)]

use anchor_lang::prelude::*;

#[cfg(target_arch = "bpf")]
use sbpf_rt as _;

pub(crate) mod availability;
pub(crate) mod checks;
pub mod constants;
pub(crate) mod devices;
pub mod error;
pub(crate) mod escrow;
pub mod events;
pub mod instructions;
pub mod state;

pub use instructions::*;

declare_id!("9CtvNFeTACTWnea9Vu53Jw4CTzmbCV94Kcch9yRJVMa5");

#[cfg(not(feature = "no-entrypoint"))]
solana_security_txt::security_txt! {
    name: "Ion booking",
    project_url: "not published yet",
    contacts: "other:docs/SECURITY.md of the source",
    policy: "docs/SECURITY.md of the source",
    preferred_languages: "en"
}

#[program]
pub mod booking {
    use super::*;

    /// Creates one shard of the totals; anyone.
    pub fn init_shard(ctx: Context<InitShard>, args: InitShardArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_init_shard(ctx, args)
    }

    /// Offers named devices at a price; scheduler.
    pub fn create_quote<'info>(
        ctx: Context<'info, CreateQuote<'info>>,
        args: CreateQuoteArgs,
    ) -> Result<()> {
        instructions::handle_create_quote(ctx, args)
    }

    /// Offers more minutes of a running booking at a price; scheduler.
    pub fn quote_extension<'info>(
        ctx: Context<'info, QuoteExtension<'info>>,
        args: QuoteExtensionArgs,
    ) -> Result<()> {
        instructions::handle_quote_extension(ctx, args)
    }

    /// Closes a used or expired quote; anyone.
    pub fn close_quote(ctx: Context<CloseQuote>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_quote(ctx)
    }

    /// Turns a quote into a booking; its renter.
    pub fn book(ctx: Context<Book>, args: BookArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_book(ctx, args)
    }

    /// Pays a booking in whole or in part; its payer.
    pub fn pay(ctx: Context<Pay>, args: PayArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pay(ctx, args)
    }

    /// Locks devices of a booking that is paid in full; anyone.
    pub fn lock_lines<'info>(ctx: Context<'info, LockLines<'info>>) -> Result<()> {
        instructions::handle_lock_lines(ctx)
    }

    /// Ends a booking before its start; its renter.
    pub fn cancel<'info>(ctx: Context<'info, Cancel<'info>>, args: CancelArgs) -> Result<()> {
        instructions::handle_cancel(ctx, args)
    }

    /// Ends a paid booking that was not started in time; anyone.
    pub fn cancel_unstarted<'info>(ctx: Context<'info, CancelUnstarted<'info>>) -> Result<()> {
        instructions::handle_cancel_unstarted(ctx)
    }

    /// Ends a booking that was not paid or not locked in time; anyone.
    pub fn expire<'info>(ctx: Context<'info, Expire<'info>>) -> Result<()> {
        instructions::handle_expire(ctx)
    }

    /// Starts a paid booking; scheduler.
    pub fn start(ctx: Context<Start>, args: StartArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_start(ctx, args)
    }

    /// Adds minutes to a running booking; its renter with its payer.
    pub fn extend<'info>(ctx: Context<'info, Extend<'info>>, args: ExtendArgs) -> Result<()> {
        instructions::handle_extend(ctx, args)
    }

    /// Starts all bookings of a group; scheduler.
    pub fn start_group<'info>(
        ctx: Context<'info, StartGroup<'info>>,
        args: StartGroupArgs,
    ) -> Result<()> {
        instructions::handle_start_group(ctx, args)
    }

    /// Accepts an attested fault of one line; anyone.
    pub fn report_fault(ctx: Context<ReportFault>, args: ReportFaultArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_report_fault(ctx, args)
    }

    /// Replaces a faulty line; scheduler.
    pub fn failover<'info>(ctx: Context<'info, Failover<'info>>, args: FailoverArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_failover(ctx, args)
    }

    /// Ends a faulty line that nobody replaced; anyone.
    pub fn fail_line<'info>(
        ctx: Context<'info, FailLine<'info>>,
        args: FailLineArgs,
    ) -> Result<()> {
        instructions::handle_fail_line(ctx, args)
    }

    /// Accepts an attested work record; anyone.
    pub fn apply_work_leaf(ctx: Context<ApplyWorkLeaf>, args: ApplyWorkLeafArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_apply_work_leaf(ctx, args)
    }

    /// Ends a running booking before its booked end; its renter.
    pub fn terminate<'info>(
        ctx: Context<'info, Terminate<'info>>,
        args: TerminateArgs,
    ) -> Result<()> {
        instructions::handle_terminate(ctx, args)
    }

    /// Ends a booking at its booked end, or settles one whose final record never came; anyone.
    pub fn end<'info>(ctx: Context<'info, End<'info>>) -> Result<()> {
        instructions::handle_end(ctx)
    }

    /// Pays one line of a record to its supplier; anyone.
    pub fn earn<'info>(ctx: Context<'info, Earn<'info>>, args: EarnArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_earn(ctx, args)
    }

    /// Disputes a work record; its renter.
    pub fn challenge(ctx: Context<Challenge>, args: ChallengeArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_challenge(ctx, args)
    }

    /// Rules on a challenged record; arbiter.
    pub fn rule_record(ctx: Context<RuleRecord>, args: RuleRecordArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_rule_record(ctx, args)
    }

    /// Gives an unpriced record its IO amount; anyone.
    pub fn price_record(ctx: Context<PriceRecord>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_price_record(ctx)
    }

    /// Closes an earned and priced record; anyone.
    pub fn close_record(ctx: Context<CloseRecord>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close_record(ctx)
    }

    /// Sends the payer's balance; the payer, or anyone to its associated account.
    pub fn pull_refund(ctx: Context<PullRefund>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pull_refund(ctx)
    }

    /// Sends a supplier's undelivered pay; its payout wallet.
    pub fn pull_pay_due(ctx: Context<PullPayDue>, args: PullPayDueArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_pull_pay_due(ctx, args)
    }

    /// Moves tokens that strangers sent to an escrow into the vault that keeps them; anyone.
    pub fn sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_sweep_excess(ctx)
    }

    /// Sends the fees of an ended booking to the fee vault; anyone.
    pub fn settle(ctx: Context<Settle>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_settle(ctx)
    }

    /// Closes a settled booking; anyone, rent to the renter.
    pub fn close(ctx: Context<Close>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_close(ctx)
    }

    /// Creates the permanent account of a past day; anyone.
    pub fn open_tne_day(ctx: Context<OpenTneDay>, args: OpenTneDayArgs) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_open_tne_day(ctx, args)
    }

    /// Corrects a total by a decision of governance; anyone, when it may be executed.
    pub fn adjust(ctx: Context<Adjust>) -> Result<()> {
        checks::no_extra_accounts(&ctx)?;
        instructions::handle_adjust(ctx)
    }

    /// Adds shards of a past day to its permanent account; anyone.
    pub fn fold_tne_day<'info>(ctx: Context<'info, FoldTneDay<'info>>) -> Result<()> {
        instructions::handle_fold_tne_day(ctx)
    }
}
