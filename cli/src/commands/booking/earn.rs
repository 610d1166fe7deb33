//! `ion booking earn`.

use ::booking::state::WorkRecord;
use clap::Args;
use ion_client::{accounts, addresses, instructions::booking as build};
use ion_economics::{booking::RecordStatus, units::DAY};
use registry::state::Device;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::{Context, token_account},
    failure::{Failure, Outcome},
    time::{show_duration, show_time},
    write::Write,
};

/// Arguments of `booking earn`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking earn 0a1b2c... --record 0 --line 0")]
pub struct EarnArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Number of the work record
    #[arg(long)]
    record: u32,

    /// Number of the line
    #[arg(long, default_value_t = 0)]
    line: u8,
}

/// A record pays once nobody can change it any more; one that was ruled on pays at once.
///
/// Errors: program, with the time from which on it can be earned.
fn check_period(record: &WorkRecord, now: i64) -> Outcome<()> {
    let (until, who) = match RecordStatus::from_u8(record.status) {
        Some(RecordStatus::Accepted) => (record.challenge_until, "the renter can challenge"),
        Some(RecordStatus::Challenged) => (record.ruling_until, "the arbiter can rule"),
        Some(RecordStatus::Final) | None => return Ok(()),
    };
    if now > until {
        return Ok(());
    }
    let left = show_duration(until.saturating_sub(now));
    Err(Failure::chain(
        "the line cannot be earned yet",
        format!("{who} for {left} more"),
    )
    .next(format!(
        "run \"ion booking earn\" after {}",
        show_time(until)
    )))
}

impl EarnArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let unit = unit(booking.currency);
        let record_key = addresses::booking::work_record(&address, self.record);
        let record: WorkRecord = accounts::find(&ctx.chain, &record_key)?.ok_or_else(|| {
            Failure::chain(
                "the work record was not found",
                format!("booking has no record {}", self.record),
            )
            .next("ion booking show ID lists its records")
        })?;
        let now = ctx.now()?;
        check_period(&record, now)?;
        let line = booking.lines.get(usize::from(self.line)).ok_or_else(|| {
            Failure::chain(
                "the line was not found",
                format!("the booking has {} lines", booking.lines.len()),
            )
        })?;
        let billed = record
            .lines
            .get(usize::from(self.line))
            .map(|line| line.billed)
            .unwrap_or_default();
        let device: Device = accounts::fetch(&ctx.chain, &line.device)?;
        let config = ctx.config()?;
        let broken = |error| Failure::chain("the booking cannot be read", error);
        let mint = booking.mint(&config).map_err(broken)?;
        let currency = booking.currency().map_err(broken)?;
        let day = u64::try_from(now.div_euclid(DAY)).unwrap_or_default();
        let destination = token_account(&device.payout_wallet, &mint);
        let instruction = build::earn(
            &ctx.payer_wallet()?,
            &address,
            self.record,
            self.line,
            &line.device,
            currency,
            &mint,
            &destination,
            day,
        );
        let create = ctx.create_token_account(&device.payout_wallet, &mint)?;
        Write::new(
            format!(
                "Pay line {} of record {} of booking {}",
                self.line,
                self.record,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .after(ctx.open_epoch(day)?)
        .after(create)
        .effect("billed", Amount { base: billed, unit })
        .effect(
            "supplier_fee",
            crate::output::Cell::Bps(booking.supplier_fee_bps.into()),
        )
        .effect("to_wallet", device.payout_wallet)
        .effect("to_account", destination)
        .run(ctx, |ctx| state(ctx, &address))
    }
}
