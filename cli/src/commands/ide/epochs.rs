//! `ion ide epochs` and `ion ide epoch show`.

use clap::Args;
use ide::state::{Epoch, EpochState, Payment};
use ion_client::{
    accounts::{self, AccountError},
    addresses,
};

use super::{engine, status_name};
use crate::{
    amount::Amount,
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `ide epochs`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion ide epochs --last 30 --output csv")]
pub struct EpochsArgs {
    /// Days to show
    #[arg(long, default_value_t = 14)]
    last: u64,
}

/// Arguments of `ide epoch show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion ide epoch show 20781   # days since 1970\n  ion ide epoch show         # the last one that is sealed"
)]
pub struct ShowArgs {
    /// Day index, days since 1970-01-01 UTC [default: the last sealed day]
    day: Option<u64>,
}

fn find(ctx: &Context, day: u64) -> Outcome<Epoch> {
    Ok(accounts::fetch(&ctx.chain, &addresses::ide::epoch(day))?)
}

fn state_name(code: u8) -> &'static str {
    [
        EpochState::Accruing,
        EpochState::Ended,
        EpochState::Reported,
        EpochState::Sealed,
        EpochState::Closed,
    ]
    .into_iter()
    .find(|state| state.code() == code)
    .map_or("?", |state| match state {
        EpochState::Accruing => "accruing",
        EpochState::Ended => "ended",
        EpochState::Reported => "reported",
        EpochState::Sealed => "sealed",
        EpochState::Closed => "closed",
    })
}

/// A price as dollars per IO with six places.
fn price(p12: u64) -> Cell {
    if p12 == 0 {
        return Cell::Nothing;
    }
    let micros = p12 / 1_000_000;
    Cell::from(format!(
        "{}.{:06} USD",
        micros / 1_000_000,
        micros % 1_000_000
    ))
}

impl EpochsArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let next = engine(ctx)?.next_day;
        let first = next.saturating_sub(self.last);
        let mut rows = Vec::new();
        for day in (first..next).rev() {
            // the first day of the engine may lie inside the range
            match accounts::fetch::<Epoch>(&ctx.chain, &addresses::ide::epoch(day)) {
                Ok(epoch) => rows.push(row(&epoch)),
                Err(AccountError::Missing(_)) => break,
                Err(error) => return Err(error.into()),
            }
        }
        ctx.print(&Record::new().with("epochs", rows));
        Ok(())
    }
}

fn row(epoch: &Epoch) -> Record {
    let io = |payment: &Payment| payment.reward_io.saturating_add(payment.fee_io);
    let paid_io = io(&epoch.paid_obligation).saturating_add(io(&epoch.paid_arrears));
    Record::new()
        .with("day", epoch.day)
        .with("state", state_name(epoch.state))
        .with("revenue", Amount::usd(epoch.revenue_usd_micros))
        .with("owed", Amount::usd(epoch.obligation_usd_micros))
        .with("paid_io", Amount::io(paid_io))
        .with("short", Amount::usd(epoch.short_usd_micros))
        .with("burned", Amount::io(epoch.burned_io))
        .with("earmarked", Amount::usdc(epoch.earmarked_usdc))
        .with("retired", Amount::io(epoch.retired_io))
        .with("ratio", Cell::Bps(epoch.psi_bps.into()))
        .with("status", status_name(epoch.status))
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let day = match self.day {
            Some(day) => day,
            None => engine(ctx)?.next_day.saturating_sub(1),
        };
        let epoch = find(ctx, day)?;
        let payment = |payment: &Payment| {
            Record::new()
                .with("value", Amount::usd(payment.paid_usd_micros))
                .with("io_of_the_reward_vault", Amount::io(payment.reward_io))
                .with("usdc_of_the_fee_vault", Amount::usdc(payment.usdc))
                .with("io_of_the_fee_vault", Amount::io(payment.fee_io))
        };
        ctx.print(
            &Record::new()
                .with("day", epoch.day)
                .with("state", state_name(epoch.state))
                .with(
                    "mode",
                    if epoch.mode == 0 {
                        "schedule"
                    } else {
                        "engine"
                    },
                )
                .with("ended_at", Cell::time_or_nothing(epoch.ended_at))
                .with("reported_at", Cell::time_or_nothing(epoch.reported_at))
                .with("sealed_at", Cell::time_or_nothing(epoch.sealed_at))
                .with("price", price(epoch.price_p12))
                .with("floor_price", price(epoch.floor_p12))
                .with("emission", Amount::io(epoch.emission_io))
                .with(
                    "hours_of_emission",
                    u64::from(epoch.hours_deposited.count_ones()),
                )
                .with("revenue_usdc", Amount::usdc(epoch.revenue_usdc))
                .with("revenue_io", Amount::io(epoch.revenue_io))
                .with("revenue", Amount::usd(epoch.revenue_usd_micros))
                .with("hire_due", Amount::usd(epoch.hire_due_usd_micros))
                .with("availability", Amount::usd(epoch.avail_usd_micros))
                .with(
                    "most_availability",
                    Amount::usd(epoch.max_obligation_usd_micros),
                )
                .with("owed", Amount::usd(epoch.obligation_usd_micros))
                .with("paid_for_the_day", payment(&epoch.paid_obligation))
                .with("paid_for_arrears", payment(&epoch.paid_arrears))
                .with("short", Amount::usd(epoch.short_usd_micros))
                .with("arrears", Amount::usd(epoch.arrears_usd_micros))
                .with("surplus", Amount::usd(epoch.surplus_usd_micros))
                .with("burn_wanted", Amount::usd(epoch.burn_usd_micros))
                .with("burned", Amount::io(epoch.burned_io))
                .with("earmarked", Amount::usdc(epoch.earmarked_usdc))
                .with("burn_carried_over", Amount::usd(epoch.burn_due_usd_micros))
                .with("retired", Amount::io(epoch.retired_io))
                .with("bought_back_today", Amount::io(epoch.repurchase_io))
                .with("spent_on_it", Amount::usdc(epoch.repurchase_usdc))
                .with("ratio", Cell::Bps(epoch.psi_bps.into()))
                .with("average_ratio", Cell::Bps(epoch.ema_fp / 1_000_000))
                .with("fee_vault_worth", Amount::usd(epoch.reserve_usd_micros))
                .with("status", status_name(epoch.status)),
        );
        Ok(())
    }
}
