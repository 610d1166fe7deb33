//! `ion job wait`.

use std::time::{Duration, Instant};

use clap::Args;
use ion_protocol::JobState;

use super::{
    agent::{AgentArgs, NoAnswer},
    order::{Known, OrderArgs},
    outcome::{SaveArgs, show, state_name},
};
use crate::{
    context::Context,
    failure::{Failure, Outcome},
};

/// How long and how often.
#[derive(Debug, Args)]
pub struct Patience {
    /// Seconds to wait for the end at most
    #[arg(long, default_value_t = 3_600, value_name = "SECONDS")]
    timeout: u64,

    /// Milliseconds between two looks
    #[arg(long, default_value_t = 2_000, value_name = "MILLIS", value_parser = clap::value_parser!(u64).range(10..))]
    every: u64,
}

/// Arguments of `job wait`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion job wait job-0f3a5b7c9d1e2f30.order --agent http://10.0.0.5:7200 --save c.csv\n  ion job wait 0f3a5b... --device 7Xw... --timeout 60\n\nMay be ended and run again at any time."
)]
pub struct WaitArgs {
    #[command(flatten)]
    order: OrderArgs,

    #[command(flatten)]
    patience: Patience,

    #[command(flatten)]
    save: SaveArgs,
}

impl WaitArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let known = self.order.find(ctx)?;
        wait(ctx, &self.order.agent, &known, &self.patience, &self.save)
    }
}

/// Asks until the order has ended, then shows its result.
///
/// Errors: those of [`show`]; rpc when the time is over.
pub fn wait(
    ctx: &Context,
    agent: &AgentArgs,
    known: &Known,
    patience: &Patience,
    save: &SaveArgs,
) -> Outcome<()> {
    let deadline = Instant::now().checked_add(Duration::from_secs(patience.timeout));
    let spinner = indicatif::ProgressBar::new_spinner();
    loop {
        let trouble = match agent.state(ctx, known.id, known.order.as_ref()) {
            Ok(JobState::Ended(signed)) => {
                spinner.finish_and_clear();
                return show(ctx, known, &signed, save);
            }
            Ok(state) => {
                spinner.set_message(format!("the job is {}", state_name(&state)));
                Failure::chain("the job has not ended", state_name(&state))
            }
            Err(NoAnswer::ForNow(failure)) => {
                spinner.set_message(failure.what.clone());
                failure
            }
            Err(NoAnswer::Refused(failure)) => return Err(failure),
        };
        if deadline.is_none_or(|deadline| Instant::now() >= deadline) {
            spinner.finish_and_clear();
            return Err(trouble.next("wait longer (--timeout), or ask again with ion job wait"));
        }
        spinner.tick();
        std::thread::sleep(Duration::from_millis(patience.every));
    }
}
