//! `ion gov close`.

use clap::Args;
use ion_client::instructions;

use super::show;
use crate::{context::Context, failure::Outcome, write::Write};

/// Arguments of `gov close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov close 17")]
pub struct CloseArgs {
    /// Number of the decision
    id: u64,
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let action = show::find(ctx, self.id)?;
        let instruction =
            instructions::registry::close_action(&ctx.payer_wallet()?, self.id, &action.payer);
        Write::new(format!("Close decision {}", self.id), instruction)
            .effect("rent_returns_to", action.payer)
            .run(ctx, |ctx| show::state(ctx, self.id))
    }
}
