//! `ion gov cancel`.

use clap::Args;
use ion_client::instructions;

use super::{change, show};
use crate::{context::Context, failure::Outcome, write::Write};

/// Arguments of `gov cancel`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov cancel 17 -k guardian.json")]
pub struct CancelArgs {
    /// Number of the decision
    id: u64,
}

impl CancelArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let action = show::find(ctx, self.id)?;
        let instruction = instructions::registry::cancel_action(&ctx.wallet()?, self.id);
        Write::new(
            format!(
                "Withdraw decision {}: {}",
                self.id,
                show::describe(&action.payload)
            ),
            instruction,
        )
        .effect("changes_withdrawn", change::changes(ctx, &action.payload)?)
        .warning("it can only be queued again with the full timelock")
        .run(ctx, |ctx| show::state(ctx, self.id))
    }
}
