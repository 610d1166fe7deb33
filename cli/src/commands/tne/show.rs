//! `ion tne show`.

use clap::Args;

use super::{booking, network, supplier};
use crate::{context::Context, failure::Outcome, time::parse_day};

/// Arguments of `tne show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion tne show --booking 0a1b2c...\n  ion tne show --day 2026-02-01 --output csv\n  ion tne show --supplier 7Xw... --output json\n  ion tne show --total\n\nA booking's and a supplier's record come from events, so closed bookings are in it. Amounts in JSON and CSV are base units."
)]
pub struct ShowArgs {
    #[command(flatten)]
    of: Of,
}

/// Whose record is shown.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// A booking: its id (32 hex digits) or address
    #[arg(long, value_name = "BOOKING")]
    booking: Option<String>,

    /// A UTC day: 2026-02-01, today, yesterday, or its index
    #[arg(long, value_name = "DAY")]
    day: Option<String>,

    /// A supplier: the owner's wallet or one device
    #[arg(long, value_name = "KEY")]
    supplier: Option<String>,

    /// The whole network since its beginning
    #[arg(long)]
    total: bool,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let record = if let Some(text) = &self.of.booking {
            booking::record(ctx, text)?
        } else if let Some(text) = &self.of.day {
            network::day(ctx, parse_day(text, ctx.now()?)?)?
        } else if let Some(text) = &self.of.supplier {
            supplier::record(ctx, text)?
        } else {
            network::total(ctx)?
        };
        ctx.print(&record);
        Ok(())
    }
}
