//! `ion position`.

pub mod find;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `position`.
#[derive(Debug, Subcommand)]
pub enum PositionCommand {
    /// Shows a co-staking position: status, dates, share, whether it counts
    Show(show::ShowArgs),
}

impl PositionCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Show(args) => args.run(ctx),
        }
    }
}
