//! `ion gov execute`.

use clap::Args;
use ion_client::instructions;

use super::show;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    time::{show_duration, show_time},
    write::Write,
};

/// Arguments of `gov execute`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion gov execute 17")]
pub struct ExecuteArgs {
    /// Number of the decision
    id: u64,
}

impl ExecuteArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let action = show::find(ctx, self.id)?;
        let now = ctx.now()?;
        if now < action.eta {
            let left = show_duration(action.eta.saturating_sub(now));
            return Err(Failure::chain(
                "the decision cannot be carried out yet",
                format!("its timelock lasts {left} more"),
            )
            .next(format!(
                "run \"ion gov execute {}\" from {} on",
                self.id,
                show_time(action.eta)
            )));
        }
        let instruction =
            instructions::registry::execute_action(&ctx.payer_wallet()?, self.id, &action.payload);
        Write::new(
            format!(
                "Carry out decision {}: {}",
                self.id,
                show::describe(&action.payload)
            ),
            instruction,
        )
        .run(ctx, |ctx| show::state(ctx, self.id))
    }
}
