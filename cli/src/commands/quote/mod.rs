//! `ion quote`.

mod close;
mod create;
mod extend;
mod request;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `quote`.
#[derive(Debug, Subcommand)]
pub enum QuoteCommand {
    /// Asks a scheduler for a quote; the renter
    Request(request::RequestArgs),
    /// Posts a quote over named devices; the scheduler
    Create(create::CreateArgs),
    /// Quotes more minutes of a running booking: the renter asks, or the scheduler posts
    Extend(extend::ExtendArgs),
    /// Shows a quote
    Show(show::ShowArgs),
    /// Closes a used or expired quote; anyone may
    Close(close::CloseArgs),
}

impl QuoteCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Request(args) => args.run(ctx),
            Self::Create(args) => args.run(ctx),
            Self::Extend(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
        }
    }
}
