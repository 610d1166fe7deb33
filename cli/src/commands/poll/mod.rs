//! `ion poll`.

mod close;
mod open;
pub mod show;
pub mod vote;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `poll`.
#[derive(Debug, Subcommand)]
pub enum PollCommand {
    /// Opens the poll of a report; anyone may
    Open(open::OpenArgs),
    /// Votes for a payload; a verifier
    Vote(vote::VoteArgs),
    /// Closes an old poll and returns its rent; anyone may
    Close(close::CloseArgs),
    /// Shows the votes
    Show(show::ShowArgs),
}

impl PollCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Open(args) => args.run(ctx),
            Self::Vote(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
