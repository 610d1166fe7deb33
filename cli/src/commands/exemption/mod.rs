//! `ion exemption`.

mod end;
mod grant;
mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `exemption`.
#[derive(Debug, Subcommand)]
pub enum ExemptionCommand {
    /// Exempts a device from eligibility rules for a while; exemption admin or governance
    Grant(grant::GrantArgs),
    /// Ends an exemption before its time; guardian or governance
    Cancel(end::EndArgs),
    /// Returns the rent of an exemption that is over; anyone may
    Close(end::EndArgs),
    /// Lists exemptions
    List(show::ListArgs),
    /// Shows the exemption of a device
    Show(show::ShowArgs),
}

impl ExemptionCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Grant(args) => args.run(ctx),
            Self::Cancel(args) => args.cancel(ctx),
            Self::Close(args) => args.close(ctx),
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
