//! `ion audit booking`.

use clap::Args;
use ion_client::audit::{self, AuditError, BookingTerms, Figure};

use crate::{
    amount::{Amount, Unit},
    commands::booking::show::find,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `audit booking`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion audit booking 0a1b2c...\n\nEnds with exit code 4 when a figure differs. Needs a node that keeps the booking's transactions."
)]
pub struct BookingArgs {
    /// Booking id (32 hex digits) or address
    booking: String,
}

impl BookingArgs {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, booking) = find(ctx, &self.booking)?;
        let currency = booking
            .currency()
            .map_err(|error| Failure::chain("the booking cannot be read", error))?;
        let figures =
            audit::audit_booking(&ctx.chain, &booking.id, &BookingTerms::published(currency))?;
        let differing = figures.iter().filter(|figure| !figure.is_equal()).count();
        ctx.print(
            &Record::new()
                .with("booking", address)
                .with("id", hex::encode(booking.id))
                .with("equal", differing == 0)
                .with("figures", figures.iter().map(row).collect::<Vec<_>>()),
        );
        if differing == 0 {
            return Ok(());
        }
        Err(Failure::chain(
            "the audit failed",
            format!("{differing} of {} figures differ", figures.len()),
        )
        .next("compare the events with ion tne show --booking ID; report it")
        .with_result())
    }
}

/// A figure as a row.
pub(super) fn row(figure: &Figure) -> Record {
    let cell = |base: u64| match figure.unit {
        "USDC" => Cell::Amount(Amount {
            base,
            unit: Unit::Usdc,
        }),
        "IO" => Cell::Amount(Amount {
            base,
            unit: Unit::Io,
        }),
        _ => Cell::Count(base),
    };
    Record::new()
        .with("figure", figure.name.as_str())
        .with("unit", figure.unit)
        .with("recomputed", cell(figure.recomputed))
        .with("recorded", cell(figure.recorded))
        .with("equal", figure.is_equal())
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Chain(error) => error.into(),
            AuditError::Account(error) => error.into(),
            other => Self::chain("the audit has no result", other)
                .next("use a node that keeps the booking's whole history, and the newest version of this command"),
        }
    }
}
