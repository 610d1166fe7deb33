//! `ion offer`.

mod accept;
mod close;
mod create;
mod estimate;
mod list;
mod retract;
mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `offer`.
#[derive(Debug, Subcommand)]
pub enum OfferCommand {
    /// Lists open offers, filtered and sorted
    List(list::ListArgs),
    /// Offers a co-stake on your device for a share of its block rewards
    Create(create::CreateArgs),
    /// Shows the open offer of a device
    Show(show::ShowArgs),
    /// Takes your open offer back
    Retract(retract::RetractArgs),
    /// Takes an offer: puts the whole amount on the device
    Accept(accept::AcceptArgs),
    /// Puts away an offer that can never be taken again; anyone may
    Close(close::CloseArgs),
}

impl OfferCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Create(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::Retract(args) => args.run(ctx),
            Self::Accept(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
        }
    }
}
