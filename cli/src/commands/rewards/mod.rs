//! `ion rewards`.

mod claim;
mod show;
mod tree;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `rewards`.
#[derive(Debug, Subcommand)]
pub enum RewardsCommand {
    /// Block rewards of a wallet: earned, claimed, held, and what can be claimed when
    Show(show::ShowArgs),
    /// Claims the rewards of one device; anyone may send it, the money goes to its party
    Claim(claim::ClaimArgs),
    /// Claims everything of a wallet, one transaction per device
    ClaimAll(claim::ClaimAllArgs),
}

impl RewardsCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Show(args) => args.run(ctx),
            Self::Claim(args) => args.run(ctx),
            Self::ClaimAll(args) => args.run(ctx),
        }
    }
}
