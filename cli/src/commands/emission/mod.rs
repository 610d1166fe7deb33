//! `ion emission`.

mod schedule;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `emission`.
#[derive(Debug, Subcommand)]
pub enum EmissionCommand {
    /// The 240 months of the schedule, as a table and a chart
    Schedule(schedule::ScheduleArgs),
}

impl EmissionCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Schedule(args) => args.run(ctx),
        }
    }
}
