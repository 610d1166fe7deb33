//! `ion audit`.

mod booking;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// What can be audited.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recomputes a booking from its events by the published rules
    Booking(booking::BookingArgs),
}

impl AuditCommand {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Booking(args) => args.run(ctx),
        }
    }
}
