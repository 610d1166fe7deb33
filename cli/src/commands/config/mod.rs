//! `ion config`.

mod get;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Shows the settings of this command, or the configuration on chain
    Get(get::GetArgs),
}

impl ConfigCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Get(args) => args.run(ctx),
        }
    }
}
