//! `ion supplier`.

mod declare;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `supplier`.
#[derive(Debug, Subcommand)]
pub enum SupplierCommand {
    /// Accepts the service agreement and links wallets, which block rewards need
    Declare(declare::DeclareArgs),
}

impl SupplierCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Declare(args) => args.run(ctx),
        }
    }
}
