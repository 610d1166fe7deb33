//! `ion booking create`.

use clap::Args;
use ion_client::{addresses, instructions::booking as build};

use super::show::{state, unit};
use crate::{
    amount::Amount,
    commands::quote,
    context::Context,
    failure::{Failure, Outcome},
    time::{show_duration, show_time},
    write::{Write, deadline},
};

/// Arguments of `booking create`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion booking create 0a1b2c...                 # the quote's id\n  ion booking create 0a1b2c... --max-total 12.5\n\nPay it in time: ion booking pay ID"
)]
pub struct CreateArgs {
    /// Quote id (32 hex digits) or address
    quote: String,

    /// Highest price with fees, in the quote's currency [default: the price shown]
    #[arg(long, value_name = "AMOUNT")]
    max_total: Option<String>,
}

impl CreateArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (_, quote) = quote::show::find(ctx, &self.quote)?;
        let unit = unit(quote.currency);
        let total = Amount {
            base: quote.total,
            unit,
        };
        let max_total = match &self.max_total {
            Some(text) => Amount::parse(text, unit, ctx.args.raw)?,
            None => total,
        };
        if max_total.base < total.base {
            return Err(Failure::chain(
                "the quote is too dear",
                format!("it costs {total}, above {max_total}"),
            )
            .next("ask for another quote or raise --max-total"));
        }
        let now = ctx.now()?;
        if now > quote.expires_at {
            return Err(Failure::chain(
                "the quote's time is over",
                format!("it ended {}", show_time(quote.expires_at)),
            )
            .next("ask the scheduler for a new one"));
        }
        let config = ctx.config()?;
        let mint = quote
            .mint(&config)
            .map_err(|error| Failure::chain("the quote cannot be read", error))?;
        let instruction = build::book(&ctx.wallet()?, &mint, &quote.id, max_total.base);
        let address = addresses::booking::booking(&quote.id);
        let sum = |pick: fn(&::booking::state::QuoteLine) -> u64| Amount {
            base: quote
                .lines
                .iter()
                .fold(0_u64, |sum, line| sum.saturating_add(pick(line))),
            unit,
        };
        Write::new(
            format!(
                "Book {} device(s) for {} at {total}",
                quote.lines.len(),
                show_duration(i64::from(quote.minutes).saturating_mul(60))
            ),
            instruction,
        )
        .effect("booking", address)
        .effect("compute", sum(|line| line.compute))
        .effect("reservation_fee", sum(|line| line.reservation))
        .effect("payment_fee", sum(|line| line.payment))
        .effect("total", total)
        .effect("payer", quote.payer)
        .effect("quote_ends", deadline(quote.expires_at, now))
        .warning("moves no tokens yet: pay with ion booking pay before the deadline, or it expires")
        .run(ctx, |ctx| state(ctx, &address))
    }
}
