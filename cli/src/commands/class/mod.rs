//! `ion class`.

mod list;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `class`.
#[derive(Debug, Subcommand)]
pub enum ClassCommand {
    /// Lists processor classes
    List(list::ListArgs),
    /// Shows a class
    Show(show::ShowArgs),
}

impl ClassCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
