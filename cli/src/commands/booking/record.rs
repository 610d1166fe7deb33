//! `ion booking pull-pay`, `price-record`, `close-record`: what is left of a work record.

use ::booking::state::WorkRecord;
use clap::Args;
use ion_client::{accounts, addresses, instructions::booking as build};
use solana_pubkey::Pubkey;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    write::Write,
};

/// Arguments of `booking pull-pay`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking pull-pay 0a1b2c... --line 0")]
pub struct PullPayArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Number of the line
    #[arg(long, default_value_t = 0)]
    line: u8,

    /// Token account of the payout wallet [default: its associated one]
    #[arg(long, value_name = "KEY")]
    to: Option<String>,
}

impl PullPayArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let line = booking.lines.get(usize::from(self.line)).ok_or_else(|| {
            Failure::chain(
                "the line was not found",
                format!("the booking has {} lines", booking.lines.len()),
            )
        })?;
        let amount = Amount {
            base: line.pay_due,
            unit: unit(booking.currency),
        };
        if amount.base == 0 {
            return Err(Failure::chain(
                "there is nothing to pull",
                "the pay of the line was delivered or is not earned yet",
            )
            .next("ion booking earn pays a line to its supplier"));
        }
        let wallet = ctx.wallet()?;
        let mint = booking
            .mint(&ctx.config()?)
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let (destination, create) = match &self.to {
            Some(text) => (parse_key(text, "token account")?, None),
            None => (
                token_account(&wallet, &mint),
                ctx.create_token_account(&wallet, &mint)?,
            ),
        };
        let instruction = build::pull_pay_due(
            &wallet,
            &address,
            self.line,
            &line.device,
            &mint,
            &destination,
        );
        Write::new(
            format!(
                "Pull {amount} of line {} of booking {}",
                self.line,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .after(create)
        .effect("to_account", destination)
        .run(ctx, |ctx| state(ctx, &address))
    }
}

/// Arguments of `booking price-record`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion booking price-record 0a1b2c... --record 0 --price-update 7Xw..."
)]
pub struct PriceRecordArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Number of the work record
    #[arg(long)]
    record: u32,

    /// Account of the oracle's price update
    #[arg(long, value_name = "KEY")]
    price_update: String,
}

impl PriceRecordArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let price_update = parse_key(&self.price_update, "account of the price update")?;
        let (address, booking) = find(ctx, &self.booking)?;
        let record = record(ctx, &address, self.record)?;
        let instruction =
            build::price_record(&ctx.payer_wallet()?, &address, self.record, &price_update);
        Write::new(
            format!(
                "Value record {} of booking {} in IO",
                self.record,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect(
            "billed",
            Amount {
                base: record.billed,
                unit: unit(record.currency),
            },
        )
        .run(ctx, |ctx| state(ctx, &address))
    }
}

/// Arguments of `booking close-record`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking close-record 0a1b2c... --record 0")]
pub struct CloseRecordArgs {
    /// Booking id (32 hex digits) or address; the booking itself may be closed already
    booking: String,

    /// Number of the work record
    #[arg(long)]
    record: u32,
}

impl CloseRecordArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let address = super::show::address(&self.booking)?;
        let record = record(ctx, &address, self.record)?;
        let instruction =
            build::close_record(&ctx.payer_wallet()?, &address, self.record, &record.payer);
        Write::new(
            format!("Close record {} of booking {}", self.record, self.booking),
            instruction,
        )
        .effect("rent_to", record.payer)
        .run(ctx, |ctx| state(ctx, &address))
    }
}

fn record(ctx: &Context, booking: &Pubkey, seq: u32) -> Outcome<WorkRecord> {
    accounts::find(&ctx.chain, &addresses::booking::work_record(booking, seq))?.ok_or_else(|| {
        Failure::chain(
            "the work record was not found",
            format!("the booking has no record {seq}"),
        )
        .next("ion booking show ID lists its records")
    })
}
