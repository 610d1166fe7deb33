//! What a work leaf does to the lines of its booking (economics §8.4, §8.5, §8.7).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{run_minutes, MAX_LINES},
    math,
};

use crate::{
    error::BookingError,
    state::{Booking, RecordLine, WorkRecord},
};

/// The proven part of a work leaf.
pub(super) struct Leaf {
    /// Number of the record.
    pub seq: u32,
    /// Whether it is the record of the end.
    pub is_final: bool,
    /// Cumulative served minutes per line.
    pub served: [u32; MAX_LINES],
}

/// Sums over the lines of a record.
#[derive(Default)]
pub(super) struct Sums {
    /// Billed by the record, base units.
    pub billed: u64,
    /// To the payer, base units: compute, and reservation after the fault of a head line or gang.
    pub refund: u64,
    /// Served minutes times processors.
    pub processor_minutes: u64,
    /// One bit per line with nothing to earn.
    pub earned_lines: u8,
}

impl Sums {
    fn add(&mut self, number: u8, qty: u8, entry: &RecordLine, refund: u64) -> Result<()> {
        let processor_minutes = u64::from(entry.minutes)
            .checked_mul(u64::from(qty))
            .ok_or(BookingError::MathOverflow)?;
        let added = |sum: u64, part: u64| math::add(sum, part).map_err(BookingError::from);
        self.billed = added(self.billed, entry.billed)?;
        self.refund = added(self.refund, refund)?;
        self.processor_minutes = added(self.processor_minutes, processor_minutes)?;
        if entry.billed == 0 {
            self.earned_lines |= WorkRecord::bit(number);
        }
        Ok(())
    }
}

/// Applies the leaf to every line of the booking: a boundary record bills the minutes it adds, the
/// final one the ending of each line.
///
/// Errors: `UnknownLineServed`, `MinutesAboveHired`, `MinutesFell`.
pub(super) fn apply_lines(booking: &mut Booking, leaf: &Leaf) -> Result<(Vec<RecordLine>, Sums)> {
    let mut lines = Vec::with_capacity(booking.lines.len());
    let mut sums = Sums::default();
    for (number, served) in (0u8..).zip(leaf.served) {
        if usize::from(number) >= booking.lines.len() {
            require!(served == 0, BookingError::UnknownLineServed);
            continue;
        }
        let (entry, refund) = apply_line(booking, number, served, leaf)?;
        sums.add(number, booking.line(number)?.qty, &entry, refund)?;
        lines.push(entry);
    }
    Ok((lines, sums))
}

/// Applies cumulative served minutes to one line; says what the record bills of it and what goes to
/// the payer.
///
/// Errors: `MinutesAboveHired`, `MinutesFell`.
fn apply_line(
    booking: &mut Booking,
    number: u8,
    served: u32,
    leaf: &Leaf,
) -> Result<(RecordLine, u64)> {
    let line = booking.line(number)?;
    let counted = line.counted_minutes(served, leaf.is_final)?;
    let cut = booking
        .record_clock()?
        .cut(leaf.seq, leaf.is_final)
        .map_err(BookingError::from)?;
    let elapsed = run_minutes(booking.line_start(line)?, cut).map_err(BookingError::from)?;
    require!(
        counted <= elapsed || line.status()?.is_faulty(),
        BookingError::MinutesAboveHired
    );
    let from_minutes = line.recorded_minutes;
    let minutes = counted
        .checked_sub(from_minutes)
        .ok_or(BookingError::MinutesFell)?;
    let segments = line.segments()?;
    let before = line.billed_by_records()?;
    let (billed_minutes, billed_total, refund, reservation) = if leaf.is_final {
        let bill = booking.final_bill(usize::from(number), counted, elapsed)?;
        (bill.minutes, bill.billed, bill.refund, bill.reservation)
    } else {
        let billed = segments.billed(counted).map_err(BookingError::from)?;
        (counted, billed, 0, 0)
    };
    // 0 for a purchase of mode Schedule, whose hire rate is 0
    let hire_usd_micros = segments
        .hire_usd_micros(line.qty, from_minutes, billed_minutes)
        .map_err(BookingError::from)?;
    let billed = math::sub(billed_total, before).map_err(BookingError::from)?;
    let is_faulty = line.status()?.is_faulty();

    let line = booking.line_mut(number)?;
    line.recorded_minutes = counted;
    line.billed = math::add(line.billed, billed).map_err(BookingError::from)?;
    if leaf.is_final && !is_faulty {
        line.refunded = refund;
    }
    let entry = RecordLine {
        from_minutes,
        minutes,
        ruled_minutes: minutes,
        billed,
        cut: 0,
        hire_usd_micros,
    };
    let back = math::add(refund, reservation).map_err(BookingError::from)?;
    Ok((entry, back))
}
