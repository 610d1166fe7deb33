//! `ion booking watch`: progress, time left and cost so far.

use std::time::Duration;

use ::booking::state::{Booking, Line};
use clap::Args;
use ion_client::accounts;
use ion_economics::{
    booking::{BookingStatus, run_minutes},
    units::UnixSeconds,
};

use super::show::{find, status_name, unit};
use crate::{
    amount::Amount,
    context::Context,
    failure::Outcome,
    output::{Cell, Format, Record},
    time::show_duration,
};

/// Arguments of `booking watch`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion booking watch 0a1b2c...\n  ion booking watch 0a1b2c... --once --output json\n\nEnds when the booking is settled or closed. The cost so far counts every elapsed minute as served; what was not served is refunded."
)]
pub struct WatchArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// Seconds between two looks
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,

    /// Look once
    #[arg(long)]
    once: bool,
}

/// A booking at one moment.
struct Progress {
    /// Minutes since the start, at most those hired.
    elapsed: u32,
    /// Minutes to the booked end.
    left: u32,
    /// Compute of the elapsed minutes and the renter's fees, base units; after the bill: what is not
    /// refunded.
    cost: u64,
}

/// Price of the first `elapsed` minutes of a line, less what was cut of it.
fn line_cost(line: &Line, elapsed: u32) -> Option<u64> {
    let segments = line.segments().ok()?;
    let minutes = elapsed.min(segments.hired().ok()?);
    segments.billed(minutes).ok()?.checked_sub(line.cut)
}

fn progress(booking: &Booking, now: i64) -> Option<Progress> {
    let fees = booking.total.checked_sub(
        booking
            .lines
            .iter()
            .try_fold(0u64, |sum, line| sum.checked_add(line.compute().ok()?))?,
    )?;
    let status = booking.status().ok()?;
    let minutes = |from, to| run_minutes(UnixSeconds::new(from), UnixSeconds::new(to)).ok();
    if booking.started_at == 0 {
        return Some(Progress {
            elapsed: 0,
            left: booking.minutes,
            cost: 0,
        });
    }
    let elapsed = minutes(booking.started_at, now.min(booking.ends_at))?.min(booking.minutes);
    let left = match status {
        BookingStatus::Running => minutes(now, booking.ends_at)?,
        _ => 0,
    };
    let is_billed = matches!(status, BookingStatus::Settling | BookingStatus::Settled);
    let cost = if is_billed {
        booking
            .paid
            .checked_sub(booking.refund_due.checked_add(booking.refunds_pulled)?)?
    } else {
        booking.lines.iter().try_fold(fees, |sum, line| {
            sum.checked_add(line_cost(line, elapsed).unwrap_or_default())
        })?
    };
    Some(Progress {
        elapsed,
        left,
        cost,
    })
}

fn percent(elapsed: u32, minutes: u32) -> u64 {
    u64::from(elapsed).saturating_mul(100) / u64::from(minutes.max(1))
}

/// A bar of twenty places.
fn bar(percent: u64) -> String {
    let full = usize::try_from(percent.min(100) / 5).unwrap_or_default();
    format!("[{}{}]", "#".repeat(full), ".".repeat(20 - full))
}

fn record(booking: &Booking, now: i64) -> Record {
    let unit = unit(booking.currency);
    let amount = |base| Amount { base, unit };
    let at = progress(booking, now);
    let (elapsed, left) = at
        .as_ref()
        .map_or((0, 0), |progress| (progress.elapsed, progress.left));
    Record::new()
        .with("id", hex::encode(booking.id))
        .with("status", status_name(booking.status))
        .with("minutes", booking.minutes)
        .with("elapsed_minutes", elapsed)
        .with("minutes_left", left)
        .with("percent", percent(elapsed, booking.minutes))
        .with(
            "cost_so_far",
            at.map_or(Cell::Nothing, |progress| {
                Cell::Amount(amount(progress.cost))
            }),
        )
        .with("paid", amount(booking.paid))
        .with("refund_due", amount(booking.refund_due))
        .with("records", booking.next_record)
        .with("ends_at", Cell::time_or_nothing(booking.ends_at))
}

fn line_of_text(booking: &Booking, now: i64) -> String {
    let unit = unit(booking.currency);
    let Some(at) = progress(booking, now) else {
        return status_name(booking.status);
    };
    let percent = percent(at.elapsed, booking.minutes);
    let cost = Amount {
        base: at.cost,
        unit,
    };
    format!(
        "{} {percent:>3} %  {}  {} left  cost so far {cost} of {}\n",
        bar(percent),
        status_name(booking.status),
        show_duration(i64::from(at.left).saturating_mul(60)),
        Amount {
            base: booking.total,
            unit
        },
    )
}

fn is_over(booking: &Booking) -> bool {
    booking.status == BookingStatus::Settled as u8
}

impl WatchArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        // The clock first: a booking that ends between the two readings is not shown with a later time.
        let mut now = ctx.now()?;
        let (address, mut booking) = find(ctx, &self.booking)?;
        loop {
            if ctx.format() == Format::Text && !self.once {
                crate::output::emit(&line_of_text(&booking, now));
            } else {
                ctx.print(&record(&booking, now));
            }
            if self.once || is_over(&booking) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(self.every));
            now = ctx.now()?;
            match accounts::find::<Booking>(&ctx.chain, &address)? {
                Some(read) => booking = read,
                None => {
                    ctx.print(
                        &Record::new()
                            .with("booking", address)
                            .with("state", "closed"),
                    );
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_fills_with_the_minutes() {
        assert_eq!(bar(0), format!("[{}]", ".".repeat(20)));
        assert_eq!(bar(50), format!("[{}{}]", "#".repeat(10), ".".repeat(10)));
        assert_eq!(bar(250), format!("[{}]", "#".repeat(20)));
        assert_eq!(percent(30, 60), 50);
        assert_eq!(percent(0, 0), 0);
    }
}
