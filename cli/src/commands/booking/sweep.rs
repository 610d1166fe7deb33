//! `ion booking sweep`.

use clap::Args;
use ion_client::{accounts, instructions::booking as build};

use super::show::{find, state, unit};
use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    write::Write,
};

/// Arguments of `booking sweep`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion booking sweep 0a1b2c...")]
pub struct SweepArgs {
    /// Booking id (32 hex digits) or address
    booking: String,
}

impl SweepArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let broken = |error| Failure::chain("the booking cannot be read", error);
        let mint = booking.mint(&ctx.config()?).map_err(broken)?;
        let currency = booking.currency().map_err(broken)?;
        let owed = booking.escrow_ledger().map_err(broken)?;
        let held = accounts::token_balance(&ctx.chain, &booking.escrow)?;
        let excess = held.saturating_sub(owed);
        if excess == 0 {
            return Err(Failure::chain(
                "nothing to sweep",
                "the escrow holds what the booking owes and no more",
            ));
        }
        let instruction = build::sweep_excess(&ctx.payer_wallet()?, &address, currency, &mint);
        Write::new(
            format!(
                "Move what strangers sent to the escrow of booking {}",
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect(
            "moves",
            Amount {
                base: excess,
                unit: unit(booking.currency),
            },
        )
        .effect("to_vault", booking.excess_vault().map_err(broken)?)
        .run(ctx, |ctx| state(ctx, &address))
    }
}
