//! `ion job result`.

use clap::Args;
use ion_protocol::JobState;

use super::{
    agent::NoAnswer,
    order::OrderArgs,
    outcome::{SaveArgs, show, state_name},
};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
};

/// Arguments of `job result`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion job result job-0f3a5b7c9d1e2f30.order --agent http://10.0.0.5:7200 --save c.csv\n  ion job result 0f3a5b... --device 7Xw... --output json\n\nThe device's signature is checked against the chain, a product against the order's factors. Exit code 4 when the job did not complete or the product is wrong."
)]
pub struct ResultArgs {
    #[command(flatten)]
    order: OrderArgs,

    #[command(flatten)]
    save: SaveArgs,
}

impl ResultArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let known = self.order.find(ctx)?;
        let state = self
            .order
            .agent
            .state(ctx, known.id, known.order.as_ref())
            .map_err(NoAnswer::into_failure)?;
        match state {
            JobState::Ended(signed) => show(ctx, &known, &signed, &self.save),
            other => Err(Failure::chain("the job has not ended", state_name(&other))
                .next("wait for it: ion job wait ORDER")),
        }
    }
}
