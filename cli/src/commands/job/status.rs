//! `ion job status`.

use clap::Args;
use ion_protocol::JobState;

use super::{
    agent::NoAnswer,
    order::OrderArgs,
    outcome::{check_signature, state_name},
    work::describe,
};
use crate::{
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `job status`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion job status job-0f3a5b7c9d1e2f30.order --agent http://10.0.0.5:7200\n  ion job status 0f3a5b... --device 7Xw... --output json"
)]
pub struct StatusArgs {
    #[command(flatten)]
    order: OrderArgs,
}

impl StatusArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let known = self.order.find(ctx)?;
        let state = self
            .order
            .agent
            .state(ctx, known.id, known.order.as_ref())
            .map_err(NoAnswer::into_failure)?;
        let (mut started_at, mut ended_at) = (Cell::Nothing, Cell::Nothing);
        if let JobState::Ended(signed) = &state {
            check_signature(ctx, &known, signed)?;
            started_at = Cell::time_or_nothing(signed.result.started_at);
            ended_at = Cell::time_or_nothing(signed.result.ended_at);
        }
        let work = known
            .order
            .as_ref()
            .map_or(Cell::Nothing, |order| describe(&order.work).into());
        ctx.print(
            &Record::new()
                .with("order", hex::encode(known.id))
                .with("device", known.device)
                .with("work", work)
                .with("state", state_name(&state))
                .with("started_at", started_at)
                .with("ended_at", ended_at),
        );
        Ok(())
    }
}
