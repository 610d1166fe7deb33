//! `ion booking refund`.

use clap::Args;
use ion_client::instructions::booking as build;

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    write::Write,
};

/// Arguments of `booking refund`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking refund 0a1b2c...")]
pub struct RefundArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Token account of the payer; another than its associated one only when the payer signs
    #[arg(long, value_name = "KEY")]
    to: Option<String>,
}

impl RefundArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let amount = Amount {
            base: booking.refund_due,
            unit: unit(booking.currency),
        };
        if amount.base == 0 {
            return Err(Failure::chain(
                "there is nothing to refund",
                "the refund balance of the booking is 0",
            )
            .next("a refund is credited by cancel, expire or the final work record"));
        }
        let config = ctx.config()?;
        let mint = booking
            .mint(&config)
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let (destination, create) = match &self.to {
            Some(text) => (parse_key(text, "token account")?, None),
            None => (
                token_account(&booking.payer, &mint),
                ctx.create_token_account(&booking.payer, &mint)?,
            ),
        };
        let instruction = build::pull_refund(&ctx.wallet()?, &address, &mint, &destination);
        Write::new(
            format!("Refund {amount} of booking {}", hex::encode(booking.id)),
            instruction,
        )
        .after(create)
        .effect("to_payer", booking.payer)
        .effect("to_account", destination)
        .run(ctx, |ctx| state(ctx, &address))
    }
}
