//! `ion quote close`.

use clap::Args;
use ion_client::instructions::booking as build;

use super::show::{find, state};
use crate::{context::Context, failure::Outcome, write::Write};

/// Arguments of `quote close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion quote close 0a1b2c...")]
pub struct CloseArgs {
    /// Quote id (32 hex digits) or address
    quote: String,
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, quote) = find(ctx, &self.quote)?;
        let instruction = build::close_quote(&ctx.payer_wallet()?, &quote.id, &quote.scheduler);
        Write::new(
            format!("Close quote {}", hex::encode(quote.id)),
            instruction,
        )
        .effect("rent_to", quote.scheduler)
        .run(ctx, |ctx| state(ctx, &address))
    }
}
