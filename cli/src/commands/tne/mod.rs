//! `ion tne`.

mod booking;
mod network;
mod show;
mod supplier;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `tne`.
#[derive(Debug, Subcommand)]
pub enum TneCommand {
    /// Shows the record of a booking, a day, a supplier or the whole network
    Show(show::ShowArgs),
}

impl TneCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Show(args) => args.run(ctx),
        }
    }
}
