//! `ion device`.

mod change;
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
    /// Changes ask, payout wallet, booking limit or device key; the owner
    Update(change::UpdateArgs),
    /// Takes a device out for a while; the owner
    Pause(change::DeviceArgs),
    /// Puts a paused device back; the owner
    Resume(change::DeviceArgs),
    /// Ends a device for good; the owner
    Terminate(change::DeviceArgs),
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
            Self::Update(args) => args.run(ctx),
            Self::Pause(args) => args.pause(ctx),
            Self::Resume(args) => args.resume(ctx),
            Self::Terminate(args) => args.terminate(ctx),
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
