//! Faults, replacements and what they leave of a booking's lines.

use ::booking::{
    constants::FLAG_GANG,
    events::{BookingEnded, FaultReported, LineFailed, LineReplaced},
};
use ion_economics::{
    billing::{self, Fault, Segments},
    booking::{BookingStatus, Stamp, booked_end, run_minutes},
    fees,
    units::UnixSeconds,
};
use solana_pubkey::Pubkey;

use super::{
    AuditError, BookingTerms, contradiction,
    purchases::Bought,
    replay::{Replay, read},
};
use crate::events::EmittedEvent;

/// A fault of one line, as its events say.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeenFault {
    served: u32,
    kept: u32,
    /// Replaced or failed: the renter's refund is credited.
    is_closed: bool,
    /// Price that a replacement took over.
    pub(super) moved: u64,
    /// Reservation that went with it.
    pub(super) moved_reservation: u64,
}

/// A line that took over from another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replacement {
    /// Its device.
    pub(super) device: Pubkey,
    /// What it took over.
    pub(super) moved: billing::Moved,
    started_at: i64,
}

/// How the price of a line is divided so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Divided {
    /// Billed to the renter.
    pub(super) billed: u64,
    /// Compute given back.
    pub(super) refund: u64,
    /// Reservation given back.
    pub(super) reservation: u64,
}

impl From<billing::Ending> for Divided {
    fn from(ending: billing::Ending) -> Self {
        Self {
            billed: ending.billed,
            refund: ending.refund,
            reservation: ending.reservation_refund,
        }
    }
}

fn fault_of(fault: &SeenFault, bought: &Bought, terms: &BookingTerms) -> Result<Fault, AuditError> {
    billing::end_fault(
        &bought.segments,
        fault.kept,
        fault.served,
        terms.fault_credit_minutes,
        bought.reservation,
        fault.moved,
    )
    .map_err(contradiction)
}

impl Replay {
    /// Folds an event of a fault; `false` for another event.
    pub(super) fn fold_fault(
        &mut self,
        key: &Pubkey,
        event: &EmittedEvent,
        terms: &BookingTerms,
    ) -> Result<bool, AuditError> {
        if let Some(fault) = read::<FaultReported>(event).filter(|fault| fault.booking == *key) {
            self.faults.insert(
                usize::from(fault.line),
                SeenFault {
                    served: fault.served_minutes,
                    kept: fault.kept_minutes,
                    is_closed: false,
                    moved: 0,
                    moved_reservation: 0,
                },
            );
        } else if let Some(replaced) = read::<LineReplaced>(event).filter(|e| e.booking == *key) {
            self.replace(&replaced, terms)?;
        } else if let Some(failed) = read::<LineFailed>(event).filter(|e| e.booking == *key) {
            self.close_fault(usize::from(failed.line))?;
            let bought = self.bought(usize::from(failed.line), terms)?;
            let fault = self.fault(usize::from(failed.line))?;
            let expected = fault_of(&fault, &bought, terms)?;
            if (expected.ending.refund, expected.vault_part) != (failed.refunded, failed.vault_part)
            {
                return Err(contradiction("a failed line is not divided by the rule"));
            }
            if failed.status.new == BookingStatus::Closing as u8 {
                self.ended = Some(failed.ends_at.new);
                self.close_all_faults()?;
            }
        } else if let Some(ended) = read::<BookingEnded>(event).filter(|e| e.booking == *key) {
            self.ended = Some(ended.ends_at.new);
            self.close_all_faults()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn fault(&self, line: usize) -> Result<SeenFault, AuditError> {
        self.faults
            .get(&line)
            .copied()
            .ok_or_else(|| contradiction("a line ended without a fault"))
    }

    fn close_fault(&mut self, line: usize) -> Result<(), AuditError> {
        let mut fault = self.fault(line)?;
        fault.is_closed = true;
        self.faults.insert(line, fault);
        let is_gang = self
            .quote
            .as_ref()
            .is_some_and(|quote| quote.flags & FLAG_GANG != 0);
        self.is_fault_ended |= is_gang || line == self.head_line;
        Ok(())
    }

    fn close_all_faults(&mut self) -> Result<(), AuditError> {
        let open: Vec<usize> = self
            .faults
            .iter()
            .filter(|(_, fault)| !fault.is_closed)
            .map(|(line, _)| *line)
            .collect();
        open.into_iter().try_for_each(|line| self.close_fault(line))
    }

    /// When a line started.
    fn line_start(&self, line: usize) -> Result<i64, AuditError> {
        let quoted = self.lines()?.len();
        match line.checked_sub(quoted) {
            None => self.started,
            Some(at) => self.replacements.get(at).map(|line| line.started_at),
        }
        .ok_or_else(|| contradiction("a line that never started"))
    }

    fn replace(&mut self, event: &LineReplaced, terms: &BookingTerms) -> Result<(), AuditError> {
        let line = usize::from(event.line);
        let bought = self.bought(line, terms)?;
        let mut fault = self.fault(line)?;
        let start = UnixSeconds::new(self.line_start(line)?);
        let hired = bought.segments.hired().map_err(contradiction)?;
        let end = booked_end(start, hired).map_err(contradiction)?;
        let left = end.get().saturating_sub(event.at).max(0).div_euclid(60);
        if u32::try_from(left) != Ok(event.minutes) {
            return Err(contradiction(format!(
                "a replacement took over {} minutes instead of {left}",
                event.minutes
            )));
        }
        let moved = billing::failover(&bought.segments, bought.reservation, event.minutes)
            .map_err(contradiction)?;
        if (moved.segment.amount, moved.reservation) != (event.moved, event.reservation) {
            return Err(contradiction("a replacement took over another price"));
        }
        fault.is_closed = true;
        fault.moved = moved.segment.amount;
        fault.moved_reservation = moved.reservation;
        self.faults.insert(line, fault);
        self.replacements.push(Replacement {
            device: event.device,
            moved,
            started_at: event.at,
        });
        if line == self.head_line {
            self.head_line = usize::from(event.replacement);
        }
        for sums in [&mut self.earned, &mut self.fee_taken, &mut self.cuts] {
            sums.push(0);
        }
        self.served.push(0);
        Ok(())
    }

    /// No final record came: what a fault kept and no record brought is credited.
    pub(super) fn credit_kept(&mut self, terms: &BookingTerms) -> Result<(), AuditError> {
        self.unreported = true;
        let is_engine = self
            .quote
            .as_ref()
            .is_some_and(|quote| quote.stamp == Stamp::Ide as u8);
        for (line, fault) in self.faults.clone() {
            let bought = self.bought(line, terms)?;
            let (Some(served), Some(earned), Some(taken)) = (
                self.served.get_mut(line),
                self.earned.get_mut(line),
                self.fee_taken.get_mut(line),
            ) else {
                return Err(contradiction("a fault of a line that was not booked"));
            };
            let kept = bought.segments.billed(fault.kept).map_err(contradiction)?;
            let billed = bought.segments.billed(*served).map_err(contradiction)?;
            *served = fault.kept;
            if is_engine {
                continue;
            }
            let gross = kept.saturating_sub(billed);
            let fee = fees::supplier_fee(*earned, gross, *taken, terms.supplier_fee_bps)
                .map_err(contradiction)?;
            *earned += gross;
            *taken += fee;
            self.parked += gross - fee;
            self.fees_waiting += fee;
        }
        Ok(())
    }

    /// How the price of a line is divided so far.
    pub(super) fn divided(
        &self,
        line: usize,
        bought: &Bought,
        terms: &BookingTerms,
    ) -> Result<Divided, AuditError> {
        let served = self.served.get(line).copied().unwrap_or_default();
        let segments: &Segments = &bought.segments;
        let by_records = segments.billed(served).map_err(contradiction)?;
        let open = Divided {
            billed: by_records,
            ..Divided::default()
        };
        if self.cancelled.is_some() {
            return Ok(Divided {
                refund: bought.compute,
                ..Divided::default()
            });
        }
        if let Some(fault) = self.faults.get(&line) {
            if !fault.is_closed {
                return Ok(open);
            }
            let divided = fault_of(fault, bought, terms)?;
            return Ok(Divided {
                billed: by_records + divided.vault_part,
                ..Divided::from(divided.ending)
            });
        }
        if self.unreported || (self.final_record && self.is_fault_ended) {
            return billing::end_unreported(segments, served, bought.reservation)
                .map(Divided::from)
                .map_err(contradiction);
        }
        let (true, Some(end)) = (self.final_record, self.ended) else {
            return Ok(open); // boundary records bill as they come
        };
        let start = UnixSeconds::new(self.line_start(line)?);
        let run = run_minutes(start, UnixSeconds::new(end)).map_err(contradiction)?;
        let is_replacement = line >= self.lines()?.len();
        let least = if is_replacement {
            0
        } else {
            terms.nonrefundable_minutes
        };
        billing::end_natural(segments, served, run, least)
            .map(Divided::from)
            .map_err(contradiction)
    }
}
