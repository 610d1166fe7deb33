//! `ion gov execute`.

use clap::Args;
use ion_client::{addresses, instructions, send::Chain};
use registry::state::ActionKind;
use solana_instruction::Instruction;

use super::{change, show};
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
    /// The instruction of the program that applies the decision, and one that makes what it needs.
    fn instructions(
        &self,
        ctx: &Context,
        payload: &ActionKind,
    ) -> Outcome<(Option<Instruction>, Instruction)> {
        let payer = ctx.payer_wallet()?;
        Ok(match payload {
            ActionKind::SetClassRates { class, .. } => {
                let rates = addresses::ide::rates(*class);
                let exists = ctx
                    .chain
                    .accounts(&[rates])?
                    .first()
                    .is_some_and(Option::is_some);
                let opens = instructions::ide::open_class_rates(&payer, *class);
                (
                    (!exists).then_some(opens),
                    instructions::ide::set_class_rates(self.id, *class),
                )
            }
            ActionKind::ScheduleSwitch => (None, instructions::ide::schedule_switch(self.id)),
            ActionKind::AdjustTne { .. } => (None, instructions::booking::adjust(&payer, self.id)),
            other => (
                None,
                instructions::registry::execute_action(&payer, self.id, other),
            ),
        })
    }

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
        let changes = change::changes(ctx, &action.payload)?;
        let (opens, instruction) = self.instructions(ctx, &action.payload)?;
        Write::new(
            format!(
                "Carry out decision {}: {}",
                self.id,
                show::describe(&action.payload)
            ),
            instruction,
        )
        .effect("changes", changes)
        .after(opens)
        .run(ctx, |ctx| show::state(ctx, self.id))
    }
}
