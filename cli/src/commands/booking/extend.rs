//! `ion booking extend`.

use ::booking::state::QuoteKind;
use clap::Args;
use ion_client::instructions::booking::{self as build, Extension};
use ion_economics::booking::LineStatus;
use solana_pubkey::Pubkey;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    commands::quote,
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    signer,
    time::{show_duration, show_time},
    write::{Write, deadline},
};

/// Arguments of `booking extend`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion booking extend 0a1b2c... --quote 4d5e6f...\n  ion booking extend 0a1b2c... --quote 4d5e6f... --payer company.json --max-total 12.5\n\nThe quote comes from the scheduler and lives about a minute; the price is paid at once."
)]
pub struct ExtendArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Id (32 hex digits) or address of the quote of kind extend
    #[arg(long)]
    quote: String,

    /// Highest price with fees, in the booking's currency [default: the price shown]
    #[arg(long, value_name = "AMOUNT")]
    max_total: Option<String>,

    /// Key of the payer, if another than the renter
    #[arg(long, value_name = "SIGNER")]
    payer: Option<String>,

    /// Token account to pay from [default: the payer's associated one]
    #[arg(long, value_name = "KEY")]
    from: Option<String>,
}

impl ExtendArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let (_, quote) = quote::show::find(ctx, &self.quote)?;
        if quote.kind != QuoteKind::Extend as u8 || quote.booking != address {
            return Err(Failure::chain(
                "the quote is for something else",
                "it does not extend this booking",
            )
            .next("ask the scheduler to quote an extension of this booking"));
        }
        let unit = unit(booking.currency);
        let total = Amount {
            base: quote.total,
            unit,
        };
        let max_total = match &self.max_total {
            Some(text) => Amount::parse(text, unit, ctx.args.raw)?,
            None => total,
        };
        let now = ctx.now()?;
        if now > quote.expires_at {
            return Err(Failure::chain(
                "the quote's time is over",
                format!("it ended {}", show_time(quote.expires_at)),
            )
            .next("ask the scheduler for a new one"));
        }
        if max_total.base < total.base {
            return Err(Failure::chain(
                "the extension is too dear",
                format!("it costs {total}, above {max_total}"),
            )
            .next("ask for another quote or raise --max-total"));
        }
        let mint = booking
            .mint(&ctx.config()?)
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let payer_key = self
            .payer
            .as_deref()
            .map(|uri| signer::read(uri, "key of the payer"))
            .transpose()?;
        let source = match &self.from {
            Some(text) => parse_key(text, "token account")?,
            None => token_account(&booking.payer, &mint),
        };
        let hired: Vec<Pubkey> = booking
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| line.device)
            .collect();
        let instruction = build::extend(
            &ctx.wallet()?,
            &booking.payer,
            &address,
            &mint,
            &source,
            &Extension {
                quote_id: quote.id,
                max_total: max_total.base,
                op_seq: booking.op_seq,
            },
            &hired,
        );
        let seconds = i64::from(quote.minutes).saturating_mul(60);
        let mut write = Write::new(
            format!(
                "Extend booking {} by {} at {total}",
                hex::encode(booking.id),
                show_duration(seconds)
            ),
            instruction,
        )
        .effect("pays", total)
        .effect("from_account", source)
        .effect(
            "ends",
            deadline(booking.ends_at.saturating_add(seconds), now),
        )
        .effect("quote_ends", deadline(quote.expires_at, now))
        .effect("refunds_go_to", booking.payer)
        .warning("what is not served of it is refunded before the minutes bought earlier");
        if let Some(key) = &payer_key {
            write = write.signed_by(key);
        }
        write.run(ctx, |ctx| state(ctx, &address))
    }
}
