//! `ion audit`.

mod block;
mod booking;
mod emission;
mod ide;
mod tne;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// What can be audited.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Rebuilds an hourly block from its evidence and says where a difference is
    Block(block::BlockArgs),
    /// Recomputes a booking from its events by the published rules
    Booking(booking::BookingArgs),
    /// Recomputes what the schedule released, from events and mints, against the 240 months
    Emission(emission::EmissionArgs),
    /// Computes every sealed day of the engine again from what was deposited, reported and decided
    Ide(ide::IdeArgs),
    /// Rebuilds the totals of the public record from transactions alone
    Tne(tne::TneArgs),
}

impl AuditCommand {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Block(args) => args.run(ctx),
            Self::Booking(args) => args.run(ctx),
            Self::Emission(args) => args.run(ctx),
            Self::Ide(args) => args.run(ctx),
            Self::Tne(args) => args.run(ctx),
        }
    }
}
