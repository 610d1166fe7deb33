//! The permanent totals of one UTC day over all shards (economics §9.3).

use anchor_lang::prelude::*;
use ion_economics::math;

use super::TneRingDay;
use crate::error::BookingError;

/// Account at (`tne_day`, day). Only grows, each shard once; never closes.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct TneDay {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// UTC day, `floor(t/86400)`.
    pub day: u64,
    /// One bit per shard that is in.
    pub shards: u16,
    /// IO of records priced that day, base units.
    pub estimated_io: u64,
    /// IO of lines earned that day, base units.
    pub settled_io: u64,
    /// Governance corrections of `estimated_io`.
    pub adjusted_estimated_io: i64,
    /// Governance corrections of `settled_io`.
    pub adjusted_settled_io: i64,
    /// Served minutes of CPU processors.
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
    /// Events of this account so far.
    pub event_seq: u64,
    /// One bit per shard whose part holds later days too, because nobody had folded this one in time.
    pub shards_with_later_days: u16,
    /// Zero.
    pub _reserved: [u8; 30],
}

const _: () = assert!(TneDay::INIT_SPACE == 2 + 8 + 2 + 13 * 8 + 2 + 30);

impl TneDay {
    /// A day without a shard.
    pub const fn empty(bump: u8, day: u64) -> Self {
        Self {
            version: 1,
            bump,
            day,
            shards: 0,
            estimated_io: 0,
            settled_io: 0,
            adjusted_estimated_io: 0,
            adjusted_settled_io: 0,
            cpu_minutes: 0,
            gpu_minutes: 0,
            bookings: 0,
            paid_usdc: 0,
            paid_io: 0,
            refunded_usdc: 0,
            refunded_io: 0,
            earn_count: 0,
            event_seq: 0,
            shards_with_later_days: 0,
            _reserved: [0; 30],
        }
    }

    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Adds the day of one shard. Errors: `ShardFolded`, `MathOverflow`.
    pub fn add_shard(&mut self, shard: u8, part: &TneRingDay) -> Result<()> {
        let bit = 1u16
            .checked_shl(u32::from(shard))
            .ok_or(BookingError::UnknownShard)?;
        require!(self.shards & bit == 0, BookingError::ShardFolded);
        self.shards |= bit;
        if part.has_later_days == 1 {
            self.shards_with_later_days |= bit;
        }
        for (total, amount) in [
            (&mut self.estimated_io, part.estimated_io),
            (&mut self.settled_io, part.settled_io),
            (&mut self.cpu_minutes, part.cpu_minutes),
            (&mut self.gpu_minutes, part.gpu_minutes),
            (&mut self.bookings, part.bookings),
            (&mut self.paid_usdc, part.paid_usdc),
            (&mut self.paid_io, part.paid_io),
            (&mut self.refunded_usdc, part.refunded_usdc),
            (&mut self.refunded_io, part.refunded_io),
            (&mut self.earn_count, part.earn_count),
        ] {
            *total = math::add(*total, amount).map_err(BookingError::from)?;
        }
        for (total, amount) in [
            (&mut self.adjusted_estimated_io, part.adjusted_estimated_io),
            (&mut self.adjusted_settled_io, part.adjusted_settled_io),
        ] {
            *total = total
                .checked_add(amount)
                .ok_or(BookingError::MathOverflow)?;
        }
        Ok(())
    }

    /// Advances and returns the event number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(BookingError::MathOverflow)?;
        Ok(self.event_seq)
    }
}
