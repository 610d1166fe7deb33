//! `ion fleet`.

mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `fleet`.
#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// Map of free, hired and fragmented processors by class, as a scheduler sees them
    Show(show::ShowArgs),
}

impl FleetCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Show(args) => args.run(ctx),
        }
    }
}
