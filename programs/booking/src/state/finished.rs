//! Which records of a booking are Final and earned (economics §8.4, §8.7).

use anchor_lang::prelude::*;
use ion_economics::booking::FinishedRecords;

use super::{Booking, WorkRecord};
use crate::error::BookingError;

impl Booking {
    /// Counts an accepted record: one that waits for pay is open, one that pays nothing is finished.
    pub(crate) fn open_record(&mut self, record: &WorkRecord) -> Result<()> {
        if record.is_all_earned() {
            return self.settle_minutes(record);
        }
        self.open_records = self
            .open_records
            .checked_add(1)
            .ok_or(BookingError::MathOverflow)?;
        Ok(())
    }

    /// Counts an open record whose last line got its pay. Errors: `LedgerMismatch`.
    pub(crate) fn finish_record(&mut self, record: &WorkRecord) -> Result<()> {
        self.open_records = self
            .open_records
            .checked_sub(1)
            .ok_or(BookingError::LedgerMismatch)?;
        self.settle_minutes(record)
    }

    /// Moves the settled minutes of each line up to this record when no earlier one is open, and to
    /// the last accepted one when none is.
    fn settle_minutes(&mut self, record: &WorkRecord) -> Result<()> {
        let finished = FinishedRecords {
            count: self.finished_records,
            later: self.finished_later,
        }
        .finish(record.seq);
        let is_none_open = self.open_records == 0;
        let records = if is_none_open {
            FinishedRecords::all(self.next_record)
        } else {
            finished.records
        };
        self.finished_records = records.count;
        self.finished_later = records.later;
        for (line, entry) in self.lines.iter_mut().zip(&record.lines) {
            if is_none_open {
                line.final_minutes = line.recorded_minutes;
            } else if finished.is_gapless {
                let through = entry
                    .from_minutes
                    .checked_add(entry.minutes)
                    .ok_or(BookingError::MathOverflow)?;
                line.final_minutes = line.final_minutes.max(through);
            }
        }
        Ok(())
    }
}
