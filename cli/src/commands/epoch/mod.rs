//! `ion epoch`.

mod open;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `epoch`.
#[derive(Debug, Subcommand)]
pub enum EpochCommand {
    /// Creates the account of a UTC day; anyone may
    Open(open::OpenArgs),
}

impl EpochCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Open(args) => args.run(ctx),
        }
    }
}
