//! `ion explore`: the indexer's read models in the terminal.

mod ask;
mod list;
mod row;
mod totals;
mod value;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `explore`.
#[derive(Debug, Subcommand)]
pub enum ExploreCommand {
    /// Rows of a read model, the newest first
    List(list::ListArgs),
    /// One row of a read model
    Show(row::ShowArgs),
    /// Names of the read models, their columns and filters
    #[command(after_help = "Example:\n  ion explore models")]
    Models,
    /// The network in figures: devices, stake, blocks, bookings, TNE, alarms
    Totals(totals::TotalsArgs),
    /// How far the indexer is, and whether everything it recomputed is equal
    Status(totals::StatusArgs),
}

impl ExploreCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::Models => {
                list::models(ctx);
                Ok(())
            }
            Self::Totals(args) => args.run(ctx),
            Self::Status(args) => args.run(ctx),
        }
    }
}
