//! `ion block`.

mod list;

pub use list::latest;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `block`.
#[derive(Debug, Subcommand)]
pub enum BlockCommand {
    /// Lists the latest hourly blocks
    List(list::ListArgs),
    /// Shows the block of an hour
    Show(show::ShowArgs),
}

impl BlockCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
