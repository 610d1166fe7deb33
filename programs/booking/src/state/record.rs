//! One accepted work record of a booking (economics §8.7).

use anchor_lang::{prelude::*, Discriminator};
use ion_economics::{
    booking::{RecordInput, RecordStatus, MAX_LINES},
    math,
};

use super::codec::{account, wire, Reader, Stored, Wire, Writer};
use crate::error::BookingError;

/// What a record says of one line.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordLine {
    /// Cumulative served minutes before this record.
    pub from_minutes: u32,
    /// Served minutes that this record adds.
    pub minutes: u32,
    /// Minutes that a ruling left of them; equal to `minutes` unless ruled.
    pub ruled_minutes: u32,
    /// Billed by this record, base units of the currency.
    pub billed: u64,
    /// Cut by a ruling out of it.
    pub cut: u64,
    /// Obligation of the billed minutes, 1e-6 USD; 0 in mode `Schedule`.
    pub hire_usd_micros: u64,
}

/// Account at (`work`, booking, seq). Rent paid by, and returned to, whoever applied the leaf.
///
/// Laid out as `#[account]` would; only the way through the bytes is another one, that of
/// `state/codec.rs`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct WorkRecord {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// The booking.
    pub booking: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Number of the record in its booking, from 0.
    pub seq: u32,
    /// [`RecordStatus`].
    pub status: u8,
    /// Whether it is the record of the end.
    pub is_final: bool,
    /// Whether it has its IO amount.
    pub is_priced: bool,
    /// `ion_economics::booking::Currency`.
    pub currency: u8,
    /// One bit per line: earned, or nothing to earn.
    pub earned_lines: u8,
    /// Hour of the report that carried the leaf.
    pub report_hour: u64,
    /// When it was accepted, Unix seconds.
    pub accepted_at: i64,
    /// Last moment to challenge it, Unix seconds.
    pub challenge_until: i64,
    /// Σ billed of the lines, base units of the currency.
    pub billed: u64,
    /// Gross pay earned of it so far.
    pub earned: u64,
    /// Its IO amount in base units; 0 while unpriced.
    pub io_amount: u64,
    /// IO amount counted as settled so far.
    pub settled_io: u64,
    /// Price of IO it was valued with, 1e-12 USD per IO; 0 for a booking in IO and while unpriced.
    pub price_p12: u64,
    /// Events of this account so far.
    pub event_seq: u64,
    /// Last moment to rule on it, Unix seconds; 0: never challenged.
    pub ruling_until: i64,
    /// Zero.
    pub _reserved: [u8; 24],
    /// The lines of the booking in order.
    #[max_len(MAX_LINES)]
    pub lines: Vec<RecordLine>,
}

const _: () = assert!(RecordLine::INIT_SPACE == 36);
const _: () = assert!(WorkRecord::INIT_SPACE == 2 + 64 + 4 + 5 + 10 * 8 + 24 + 4 + MAX_LINES * 36);

wire!(RecordLine {
    from_minutes,
    minutes,
    ruled_minutes,
    billed,
    cut,
    hire_usd_micros,
});

wire!(WorkRecord {
    version,
    bump,
    booking,
    payer,
    seq,
    status,
    is_final,
    is_priced,
    currency,
    earned_lines,
    report_hour,
    accepted_at,
    challenge_until,
    billed,
    earned,
    io_amount,
    settled_io,
    price_p12,
    event_seq,
    ruling_until,
    _reserved,
    lines,
});

impl Stored for WorkRecord {
    fn bytes(&self) -> Result<usize> {
        Ok(Self::space(self.lines.len()))
    }
}

account!(WorkRecord, [92, 226, 123, 227, 214, 85, 246, 85]);

impl WorkRecord {
    /// Bytes of an account with this many lines.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "sizes of a few kilobytes; callers give at most the bound of the list"
    )]
    pub const fn space(lines: usize) -> usize {
        Self::DISCRIMINATOR.len() + Self::INIT_SPACE - (MAX_LINES - lines) * RecordLine::INIT_SPACE
    }

    /// State of the record. Errors: `CorruptState`.
    pub fn status(&self) -> Result<RecordStatus> {
        RecordStatus::from_u8(self.status).ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Moves the state; nothing else assigns it. Errors: `ChallengeOpen`, `WrongState`.
    pub(crate) fn step(&mut self, input: RecordInput) -> Result<()> {
        let next = self
            .status()?
            .transition(input)
            .map_err(BookingError::from)?;
        self.status = next as u8;
        Ok(())
    }

    /// Bit of a line in `earned_lines`; lines are numbered 0 to 7.
    pub const fn bit(line: u8) -> u8 {
        match 1u8.checked_shl(line as u32) {
            Some(bit) => bit,
            None => 0,
        }
    }

    /// Whether a line of it waits for its pay.
    pub fn is_earned(&self, line: u8) -> bool {
        self.earned_lines & Self::bit(line) != 0
    }

    /// Whether every line is earned.
    pub fn is_all_earned(&self) -> bool {
        (0u8..)
            .zip(&self.lines)
            .all(|(line, _)| self.is_earned(line))
    }

    /// Part of the record's IO amount that belongs to `paid` of its lines: `floor(io·paid, billed)`,
    /// 0 for an empty record (economics §9.2).
    pub fn io_part(&self, paid: u64) -> Result<u64> {
        if self.billed == 0 {
            return Ok(0);
        }
        // floor: settled never exceeds estimated
        math::mul_div_floor(self.io_amount, paid, self.billed)
            .map_err(|error| BookingError::from(error).into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_one_bit_each() {
        let bits = (0..8u8).fold(0u8, |bits, line| {
            assert_eq!(bits & WorkRecord::bit(line), 0);
            bits | WorkRecord::bit(line)
        });
        assert_eq!(bits, u8::MAX);
        assert_eq!(WorkRecord::bit(8), 0);
    }
}
