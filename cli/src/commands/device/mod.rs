//! `ion device`.

mod list;
mod register;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `device`.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Registers a device; owner and device key both sign
    Register(register::RegisterArgs),
    /// Lists devices
    List(list::ListArgs),
    /// Shows a device
    Show(show::ShowArgs),
}

impl DeviceCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Register(args) => args.run(ctx),
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
