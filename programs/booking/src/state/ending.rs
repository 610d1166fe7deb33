//! How a booking starts and its lines end: by their time, by the renter, by a fault, or without a final record (economics
//! §8.5, §8.6).

use anchor_lang::prelude::*;
use ion_economics::{
    billing::{self, end_natural, end_unreported, natural_minutes, Fault},
    booking::{booked_end, BookingInput, LineInput, LineStatus, Stamp, MAX_LINES},
    fees::supplier_fee,
    math,
    units::UnixSeconds,
};

use super::{Booking, Line};
use crate::{
    constants::{FLAG_FAILOVER, FLAG_GANG},
    error::BookingError,
};

const SECONDS_PER_MINUTE: i64 = 60;

/// What the final record says of one line.
pub(crate) struct FinalBill {
    /// Minutes that the bill covers: a first hour may be more than was served.
    pub minutes: u32,
    /// Billed to the renter for the supplier in all, base units.
    pub billed: u64,
    /// Compute given back, base units.
    pub refund: u64,
    /// Reservation given back with it.
    pub reservation: u64,
}

impl Line {
    /// The fault of this line with its `moved` part (economics §8.5). `credit` in minutes.
    fn fault(&self, credit: u16) -> Result<Fault> {
        Ok(billing::end_fault(
            &self.segments()?,
            self.kept_minutes,
            self.served_minutes,
            u32::from(credit),
            self.reservation,
            self.moved,
        )
        .map_err(BookingError::from)?)
    }

    /// Fixes the bill of a faulty line: the vault part now, the supplier's part up to the kept
    /// minutes with the records to come. Returns what goes back to the payer.
    fn close_fault(&mut self, credit: u16) -> Result<u64> {
        let fault = self.fault(credit)?;
        self.vault_part = fault.vault_part;
        self.billed = math::add(self.billed, fault.vault_part).map_err(BookingError::from)?;
        self.refunded = fault.ending.refund;
        let back = math::add(fault.ending.refund, fault.ending.reservation_refund);
        Ok(back.map_err(BookingError::from)?)
    }

    /// Billed by records so far: what its supplier can earn.
    pub(crate) fn billed_by_records(&self) -> Result<u64> {
        Ok(math::sub(self.billed, self.vault_part).map_err(BookingError::from)?)
    }

    /// Minutes of a leaf that count for this line: its own, after a fault never more than the kept
    /// ones, and exactly these in the final record.
    pub(crate) fn counted_minutes(&self, served: u32, is_final: bool) -> Result<u32> {
        if !self.status()?.is_faulty() {
            return Ok(served);
        }
        if is_final {
            return Ok(self.kept_minutes);
        }
        // clamp: what verifiers count after a fault is of no account
        Ok(served.min(self.kept_minutes).max(self.recorded_minutes))
    }
}

impl Booking {
    /// Starts the minutes of a paid booking; returns the number of its event.
    ///
    /// Errors: `WrongOpSeq`, `WrongState`, `DeadlinePassed`.
    pub(crate) fn start(&mut self, op_seq: u32, now: i64) -> Result<u64> {
        let start_by = self.deadline;
        self.admit(op_seq)?;
        self.step(BookingInput::Start {
            now: UnixSeconds::new(now),
            start_by: UnixSeconds::new(start_by),
        })?;
        self.started_at = now;
        self.ends_at = booked_end(UnixSeconds::new(now), self.minutes)
            .map_err(BookingError::from)?
            .get();
        self.deadline = self.ends_at;
        let seq = self.next_event()?;
        self.invariant()?;
        Ok(seq)
    }

    /// When a line started, Unix seconds.
    pub fn line_start(&self, line: &Line) -> Result<UnixSeconds> {
        let start = self
            .started_at
            .checked_add(i64::from(line.start_offset_s))
            .ok_or(BookingError::MathOverflow)?;
        Ok(UnixSeconds::new(start))
    }

    /// Booked end of a line: its start and the minutes it has hired, Unix seconds.
    pub fn line_end(&self, line: &Line) -> Result<UnixSeconds> {
        let hired = line.segments()?.hired().map_err(BookingError::from)?;
        let end = booked_end(self.line_start(line)?, hired);
        Ok(end.map_err(BookingError::from)?)
    }

    /// When the device of a faulty line was lost, Unix seconds.
    pub fn fault_at(&self, line: &Line) -> Result<i64> {
        self.started_at
            .checked_add(i64::from(line.fault_offset_s))
            .ok_or_else(|| error!(BookingError::MathOverflow))
    }

    /// Last moment to replace a faulty line, Unix seconds.
    pub fn replace_until(&self, line: &Line) -> Result<UnixSeconds> {
        let until = self
            .fault_at(line)?
            .checked_add(i64::from(self.failover_grace_s))
            .ok_or(BookingError::MathOverflow)?;
        Ok(UnixSeconds::new(until))
    }

    /// Whole minutes from `now` to the booked end of a line: what a replacement would take over.
    pub fn minutes_left(&self, line: &Line, now: i64) -> Result<u32> {
        let seconds = self
            .line_end(line)?
            .get()
            .checked_sub(now)
            .ok_or(BookingError::MathOverflow)?
            .max(0);
        // floor: with the started minutes before the fault never more than was hired
        let minutes = seconds.div_euclid(SECONDS_PER_MINUTE);
        u32::try_from(minutes).map_err(|_| error!(BookingError::MathOverflow))
    }

    /// Whether a faulty line can still be replaced, its grace apart. `most`: replacements that a
    /// booking may have.
    pub fn is_replaceable(&self, line: &Line, most: i64, now: i64) -> Result<bool> {
        Ok(self.flags & FLAG_FAILOVER != 0
            && i64::from(self.failovers) < most
            && self.lines.len() < MAX_LINES
            && self.minutes_left(line, now)? > 0)
    }

    /// Whether a line replaces another: replacements are added behind the booked lines.
    fn is_replacement(&self, number: usize) -> bool {
        number.saturating_add(usize::from(self.failovers)) >= self.lines.len()
    }

    /// Whether the fault of this line, unreplaced, ends the booking: head line, or one of a gang.
    fn ends_all(&self, number: usize) -> bool {
        self.flags & FLAG_GANG != 0 || number == usize::from(self.head_line)
    }

    /// Ends the hired lines and returns their devices in line order; what was failing has failed,
    /// and its refund is credited. Errors: `WrongState`.
    pub(crate) fn end_lines(&mut self) -> Result<Vec<Pubkey>> {
        let mut devices = Vec::with_capacity(self.lines.len());
        for number in 0..self.lines.len() {
            let line = self.line_at(number)?;
            match line.status()? {
                LineStatus::Hired => {
                    devices.push(line.device);
                    line.step(LineInput::End)?;
                }
                LineStatus::Failing => self.fail(number, LineInput::End)?,
                LineStatus::Reserved
                | LineStatus::Replaced
                | LineStatus::Failed
                | LineStatus::Ended => {}
            }
        }
        Ok(devices)
    }

    /// A line by its place. Errors: `UnknownLine`.
    fn line_at(&mut self, number: usize) -> Result<&mut Line> {
        self.lines
            .get_mut(number)
            .ok_or_else(|| error!(BookingError::UnknownLine))
    }

    /// A failing line has failed: its refund is credited. Errors: those of the transition.
    fn fail(&mut self, number: usize, input: LineInput) -> Result<()> {
        let credit = self.fault_credit_minutes;
        let line = self.line_at(number)?;
        line.step(input)?;
        let back = line.close_fault(credit)?;
        self.credit_refund(back)?;
        if self.ends_all(number) {
            self.is_fault_ended = true;
        }
        Ok(())
    }

    /// Nobody replaced a failing line. Returns whether the booking ends with it: head line, gang, or
    /// no line left. Errors: `UnknownLine`, `WrongState`, `DeadlineNotPassed`.
    pub(crate) fn fail_line(&mut self, number: u8, most: i64, now: i64) -> Result<bool> {
        let line = self.line(number)?;
        let input = LineInput::Fail {
            now: UnixSeconds::new(now),
            until: self.replace_until(line)?,
            is_replaceable: self.is_replaceable(line, most, now)?,
        };
        self.fail(usize::from(number), input)?;
        let is_last = !self.lines.iter().any(|line| {
            line.status == LineStatus::Hired as u8 || line.status == LineStatus::Failing as u8
        });
        Ok(is_last || self.is_fault_ended)
    }

    /// Hands the remaining minutes of a failing line to `device`; returns the number of the new line.
    ///
    /// Errors: `UnknownLine`, `WrongState`, `DeadlinePassed`, `NotReplaceable`.
    pub(crate) fn replace_line(
        &mut self,
        number: u8,
        device: Pubkey,
        most: i64,
        now: i64,
    ) -> Result<u8> {
        let at = usize::from(number);
        let line = self.line(number)?;
        let input = LineInput::Replace {
            now: UnixSeconds::new(now),
            until: self.replace_until(line)?,
        };
        require!(
            self.is_replaceable(line, most, now)?,
            BookingError::NotReplaceable
        );
        let minutes = self.minutes_left(line, now)?;
        let offset = now
            .checked_sub(self.started_at)
            .and_then(|seconds| u32::try_from(seconds).ok())
            .ok_or(BookingError::MathOverflow)?;
        let credit = self.fault_credit_minutes;
        let line = self.line_at(at)?;
        line.step(input)?;
        let moved = billing::failover(&line.segments()?, line.reservation, minutes)
            .map_err(BookingError::from)?;
        line.moved = moved.segment.amount;
        let back = line.close_fault(credit)?;
        let mut replacement = Line::reserved(
            device,
            line.class,
            line.qty,
            line.rate_usd_micros,
            moved.reservation,
            moved.segment,
        );
        replacement.start_offset_s = offset;
        replacement.step(LineInput::Lock)?;
        self.credit_refund(back)?;
        let new = u8::try_from(self.lines.len()).map_err(|_| BookingError::MathOverflow)?;
        self.lines.push(replacement);
        self.failovers = self
            .failovers
            .checked_add(1)
            .ok_or(BookingError::MathOverflow)?;
        if number == self.head_line {
            self.head_line = new;
        }
        Ok(new)
    }

    /// What the final record bills of a line; `served` are the minutes that count, `run` those from
    /// its start to its end. A faulty line has its refund already.
    ///
    /// Errors: `MinutesAboveHired`.
    pub(crate) fn final_bill(&self, number: usize, served: u32, run: u32) -> Result<FinalBill> {
        let line = self.lines.get(number).ok_or(BookingError::UnknownLine)?;
        let segments = line.segments()?;
        if line.status()?.is_faulty() {
            return Ok(FinalBill {
                minutes: served,
                billed: segments.billed(served).map_err(BookingError::from)?,
                refund: 0,
                reservation: 0,
            });
        }
        if self.is_fault_ended {
            let ending = end_unreported(&segments, served, line.reservation);
            let ending = ending.map_err(BookingError::from)?;
            return Ok(FinalBill {
                minutes: served,
                billed: ending.billed,
                refund: ending.refund,
                reservation: ending.reservation_refund,
            });
        }
        let least = if self.is_replacement(number) {
            0
        } else {
            u32::from(self.nonrefundable_minutes)
        };
        let ending = end_natural(&segments, served, run, least).map_err(BookingError::from)?;
        let hired = segments.hired().map_err(BookingError::from)?;
        Ok(FinalBill {
            minutes: natural_minutes(hired, served, run, least).map_err(BookingError::from)?,
            billed: ending.billed,
            refund: ending.refund,
            reservation: 0,
        })
    }

    /// Renter fees that stay once every line has its bill: payment fee and reservations.
    /// `is_unreported`: no final record came.
    pub(crate) fn keep_fees(&mut self, is_unreported: bool) -> Result<()> {
        let back_for_all = is_unreported || self.is_fault_ended;
        let mut kept = self.payment_fee;
        for line in &self.lines {
            let refunded = if back_for_all || line.status()?.is_faulty() {
                line.refunded
            } else {
                0
            };
            let part =
                billing::reservation_kept(line.reservation, line.moved, refunded, line.compute()?)
                    .map_err(BookingError::from)?;
            kept = math::add(kept, part).map_err(BookingError::from)?;
        }
        self.fees_kept = kept;
        Ok(())
    }

    /// Bills the last accepted record because no final one came: the rest goes back with the
    /// reservation in proportion, the payment fee stays; faulty lines as reported (economics §8.5).
    pub(crate) fn bill_unreported(&mut self) -> Result<()> {
        let mut back = 0u64;
        let mut fees = 0u64;
        let (bps, stamp) = (self.supplier_fee_bps, self.stamp);
        for line in &mut self.lines {
            if line.status()?.is_faulty() {
                let fee = line.credit_kept(bps, stamp)?;
                fees = math::add(fees, fee).map_err(BookingError::from)?;
                continue;
            }
            let ending = end_unreported(&line.segments()?, line.recorded_minutes, line.reservation)
                .map_err(BookingError::from)?;
            line.billed = ending.billed;
            line.refunded = ending.refund;
            back = math::add(back, ending.refund)
                .and_then(|sum| math::add(sum, ending.reservation_refund))
                .map_err(BookingError::from)?;
        }
        self.fees_due = math::add(self.fees_due, fees).map_err(BookingError::from)?;
        self.keep_fees(true)?;
        self.credit_refund(back)
    }
}

impl Line {
    /// Bills what the fault report kept and no record brought: to the supplier's balance PayDue, in
    /// mode `Ide` to the fee vault. Returns the supplier fee, which waits for `settle`.
    fn credit_kept(&mut self, fee_bps: u16, stamp: u8) -> Result<u64> {
        let kept = self
            .segments()?
            .billed(self.kept_minutes)
            .map_err(BookingError::from)?;
        let gross = math::sub(kept, self.billed_by_records()?).map_err(BookingError::from)?;
        self.billed = math::add(self.billed, gross).map_err(BookingError::from)?;
        self.recorded_minutes = self.kept_minutes;
        if stamp == Stamp::Ide as u8 {
            self.vault_part = math::add(self.vault_part, gross).map_err(BookingError::from)?;
            return Ok(0);
        }
        let fee = supplier_fee(self.earned, gross, self.fee_taken, fee_bps)
            .map_err(BookingError::from)?;
        let net = math::sub(gross, fee).map_err(BookingError::from)?;
        self.earned = math::add(self.earned, gross).map_err(BookingError::from)?;
        self.fee_taken = math::add(self.fee_taken, fee).map_err(BookingError::from)?;
        self.pay_due = math::add(self.pay_due, net).map_err(BookingError::from)?;
        Ok(fee)
    }
}
