//! Sharded totals: what the network's work is worth, counted where bookings happen (economics §9).

use anchor_lang::prelude::*;
use ion_economics::{booking::Currency, math, units::DAY};
use registry::state::TneCounter;

use crate::{
    constants::{TNE_RING_DAYS, TNE_SHARDS},
    error::BookingError,
};

/// Totals of one UTC day in one shard.
#[zero_copy]
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TneRingDay {
    /// UTC day, `floor(t/86400)`; 0: unused.
    pub day: u64,
    /// IO of records priced that day, base units.
    pub estimated_io: u64,
    /// IO of lines earned that day, base units.
    pub settled_io: u64,
    /// Governance corrections of `estimated_io`.
    pub adjusted_estimated_io: i64,
    /// Governance corrections of `settled_io`.
    pub adjusted_settled_io: i64,
    /// Served minutes of CPU processors; no class of the present table is one.
    pub cpu_minutes: u64,
    /// Served minutes of GPU processors.
    pub gpu_minutes: u64,
    /// Bookings made.
    pub bookings: u64,
    /// Paid in USDC base units.
    pub paid_usdc: u64,
    /// Paid in IO base units.
    pub paid_io: u64,
    /// Refunds pulled in USDC base units.
    pub refunded_usdc: u64,
    /// Refunds pulled in IO base units.
    pub refunded_io: u64,
    /// Lines of records earned.
    pub earn_count: u64,
    /// 1 when the day is in its TneDay.
    pub is_folded: u32,
    /// 1 when later days of the same slot were counted with it, because nobody had folded it.
    pub has_later_days: u32,
}

/// Account at (`tne`, shard). Counters never fall.
#[account(zero_copy)]
#[derive(Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TneTotals {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Number of the shard: low four bits of a booking's first byte.
    pub shard: u8,
    /// Zero.
    pub _padding: [u8; 5],
    /// `tne_estimated` of the shard, IO base units.
    pub estimated_io: u64,
    /// `tne_settled` of the shard, IO base units.
    pub settled_io: u64,
    /// `adj_estimated`: governance corrections.
    pub adjusted_estimated_io: i64,
    /// `adj_settled`: governance corrections.
    pub adjusted_settled_io: i64,
    /// Ring of the last 32 days, slot = day mod 32.
    pub days: [TneRingDay; TNE_RING_DAYS],
    /// Governance corrections made, the last event number of the shard.
    pub adjustments: u64,
    /// Zero.
    pub _reserved: [u8; 56],
}

const _: () = assert!(core::mem::size_of::<TneRingDay>() == 13 * 8 + 2 * 4);
const _: () = assert!(core::mem::size_of::<TneTotals>() == 8 + 4 * 8 + 32 * 112 + 8 + 56);

fn add_to(counter: &mut u64, amount: u64) -> Result<()> {
    *counter = math::add(*counter, amount).map_err(BookingError::from)?;
    Ok(())
}

fn add_signed(counter: &mut i64, amount: i64) -> Result<()> {
    *counter = counter
        .checked_add(amount)
        .ok_or(BookingError::MathOverflow)?;
    Ok(())
}

impl TneTotals {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + core::mem::size_of::<Self>();

    /// Checks that this shard counts a booking. Errors: `WrongShard`.
    pub(crate) fn check_shard(&self, booking: &Pubkey) -> Result<()> {
        require!(
            self.shard == super::Booking::shard(booking),
            BookingError::WrongShard
        );
        require!(self.shard < TNE_SHARDS, BookingError::CorruptState);
        Ok(())
    }

    /// The ring slot that counts at `now`: that of its day, emptied when it held an older day that is
    /// folded. A day that nobody folded keeps its slot and takes what comes with it, marked: no
    /// payment, refund or record waits for a fold, and no amount is lost.
    ///
    /// Errors: `CorruptState`.
    fn today(&mut self, now: i64) -> Result<&mut TneRingDay> {
        let day = u64::try_from(now.div_euclid(DAY)).map_err(|_| BookingError::CorruptState)?;
        let slot = self.slot(day)?;
        if slot.day == day {
            return Ok(slot);
        }
        if slot.day == 0 || slot.is_folded == 1 {
            *slot = TneRingDay {
                day,
                ..bytemuck::Zeroable::zeroed()
            };
        } else {
            slot.has_later_days = 1;
        }
        Ok(slot)
    }

    /// The ring slot that a day is kept in.
    pub fn slot(&mut self, day: u64) -> Result<&mut TneRingDay> {
        let ring = u64::try_from(TNE_RING_DAYS).map_err(|_| BookingError::CorruptState)?;
        let at = usize::try_from(day.checked_rem(ring).ok_or(BookingError::CorruptState)?)
            .map_err(|_| BookingError::CorruptState)?;
        self.days
            .get_mut(at)
            .ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Marks the day of a slot as folded and returns what it held; `None` when the slot holds another
    /// day.
    pub fn take_day(&mut self, day: u64) -> Result<Option<TneRingDay>> {
        let slot = self.slot(day)?;
        if slot.day != day {
            return Ok(None);
        }
        slot.is_folded = 1;
        Ok(Some(*slot))
    }

    /// Counts a booking. The counting functions are what the audit replays events with.
    pub fn count_booking(&mut self, now: i64) -> Result<()> {
        add_to(&mut self.today(now)?.bookings, 1)
    }

    /// Counts a payment, base units.
    pub fn count_payment(&mut self, currency: Currency, amount: u64, now: i64) -> Result<()> {
        let today = self.today(now)?;
        match currency {
            Currency::Usdc => add_to(&mut today.paid_usdc, amount),
            Currency::Io => add_to(&mut today.paid_io, amount),
        }
    }

    /// Counts a refund that was pulled, base units.
    pub fn count_refund(&mut self, currency: Currency, amount: u64, now: i64) -> Result<()> {
        let today = self.today(now)?;
        match currency {
            Currency::Usdc => add_to(&mut today.refunded_usdc, amount),
            Currency::Io => add_to(&mut today.refunded_io, amount),
        }
    }

    /// Counts served processor-minutes.
    pub fn count_minutes(&mut self, processor_minutes: u64, now: i64) -> Result<()> {
        add_to(&mut self.today(now)?.gpu_minutes, processor_minutes)
    }

    /// Counts the IO amount of a record that got its price.
    pub fn count_estimated(&mut self, io: u64, now: i64) -> Result<()> {
        add_to(&mut self.estimated_io, io)?;
        add_to(&mut self.today(now)?.estimated_io, io)
    }

    /// Counts the IO amount of earned lines.
    pub fn count_settled(&mut self, io: u64, now: i64) -> Result<()> {
        add_to(&mut self.settled_io, io)?;
        add_to(&mut self.today(now)?.settled_io, io)
    }

    /// Adds a signed correction to one counter, as of today. Errors: `MathOverflow`.
    pub fn adjust(&mut self, counter: TneCounter, amount: i64, now: i64) -> Result<()> {
        let today = self.today(now)?;
        let of_day = match counter {
            TneCounter::Estimated => &mut today.adjusted_estimated_io,
            TneCounter::Settled => &mut today.adjusted_settled_io,
        };
        add_signed(of_day, amount)?;
        add_signed(
            match counter {
                TneCounter::Estimated => &mut self.adjusted_estimated_io,
                TneCounter::Settled => &mut self.adjusted_settled_io,
            },
            amount,
        )
    }

    /// Corrections of one counter in all, IO base units.
    pub fn adjusted(&self, counter: TneCounter) -> i64 {
        match counter {
            TneCounter::Estimated => self.adjusted_estimated_io,
            TneCounter::Settled => self.adjusted_settled_io,
        }
    }

    /// Advances and returns the number of corrections.
    pub(crate) fn next_adjustment(&mut self) -> Result<u64> {
        add_to(&mut self.adjustments, 1)?;
        Ok(self.adjustments)
    }

    /// Counts one earned line.
    pub fn count_earn(&mut self, io: u64, now: i64) -> Result<()> {
        self.count_settled(io, now)?;
        add_to(&mut self.today(now)?.earn_count, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Box<TneTotals> {
        Box::new(bytemuck::Zeroable::zeroed())
    }

    #[test]
    fn day_is_kept_until_it_is_folded() {
        let mut totals = empty();
        let first = 20_000 * DAY;
        totals.count_booking(first).unwrap();
        totals.count_booking(first + DAY - 1).unwrap();
        totals.count_estimated(7, first + DAY).unwrap();
        assert_eq!(totals.slot(20_000).unwrap().bookings, 2);
        assert_eq!(totals.slot(20_001).unwrap().estimated_io, 7);
        let reuse = first + 32 * DAY;
        totals.count_booking(reuse).unwrap();
        let kept = *totals.slot(20_000).unwrap();
        assert_eq!(
            (kept.day, kept.bookings, kept.has_later_days),
            (20_000, 3, 1)
        );
        totals.slot(20_000).unwrap().is_folded = 1;
        totals.count_booking(reuse).unwrap();
        let slot = *totals.slot(20_032).unwrap();
        assert_eq!((slot.day, slot.bookings, slot.is_folded), (20_032, 1, 0));
        assert_eq!(slot.has_later_days, 0);
        assert_eq!(totals.estimated_io, 7);
    }

    #[test]
    fn amounts_count_in_their_currency() {
        let mut totals = empty();
        let now = 20_000 * DAY;
        totals.count_payment(Currency::Usdc, 1, now).unwrap();
        totals.count_payment(Currency::Io, 2, now).unwrap();
        totals.count_refund(Currency::Usdc, 3, now).unwrap();
        totals.count_refund(Currency::Io, 4, now).unwrap();
        totals.count_earn(5, now).unwrap();
        totals.count_minutes(6, now).unwrap();
        let day = *totals.slot(20_000).unwrap();
        assert_eq!(
            (
                day.paid_usdc,
                day.paid_io,
                day.refunded_usdc,
                day.refunded_io
            ),
            (1, 2, 3, 4)
        );
        assert_eq!((day.settled_io, day.earn_count, day.gpu_minutes), (5, 1, 6));
        assert_eq!(totals.settled_io, 5);
    }
}
