//! `ion schedule`.

pub mod ask;
mod explain;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `schedule`.
#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Why a booking got its devices: filter counts, and the cost of each device term by term
    Explain(explain::ExplainArgs),
}

impl ScheduleCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Explain(args) => args.run(ctx),
        }
    }
}
