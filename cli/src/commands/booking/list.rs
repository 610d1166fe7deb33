//! `ion booking list`.

use booking::state::Booking;
use clap::Args;
use ion_client::accounts;

use super::show::{status_name, unit};
use crate::{
    amount::Amount,
    context::{Context, parse_key},
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `booking list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion booking list --status running\n  ion booking list --renter 7Xw... --output json"
)]
pub struct ListArgs {
    /// Only bookings of this renter
    #[arg(long)]
    renter: Option<String>,

    /// Only bookings with this status, such as paid or running
    #[arg(long)]
    status: Option<String>,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let renter = self
            .renter
            .as_deref()
            .map(|text| parse_key(text, "renter"))
            .transpose()?;
        let mut bookings = Vec::new();
        for (address, booking) in accounts::all::<Booking>(&ctx.chain)? {
            let is_wanted = renter.is_none_or(|renter| renter == booking.renter)
                && self
                    .status
                    .as_ref()
                    .is_none_or(|status| status.eq_ignore_ascii_case(&status_name(booking.status)));
            if is_wanted {
                bookings.push((address, booking));
            }
        }
        bookings.sort_by_key(|(address, booking)| (booking.booked_at, *address));
        let rows: Vec<Record> = bookings
            .iter()
            .map(|(address, booking)| {
                let amount = |base| Amount {
                    base,
                    unit: unit(booking.currency),
                };
                Record::new()
                    .with("booking", *address)
                    .with("id", hex::encode(booking.id))
                    .with("status", status_name(booking.status))
                    .with("lines", booking.lines.len() as u64)
                    .with("minutes", booking.minutes)
                    .with("total", amount(booking.total))
                    .with("paid", amount(booking.paid))
                    .with("ends_at", Cell::time_or_nothing(booking.ends_at))
                    .with("renter", booking.renter)
            })
            .collect();
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("bookings", rows),
        );
        Ok(())
    }
}
