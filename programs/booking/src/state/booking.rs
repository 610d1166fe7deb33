//! One hire of up to eight devices, with the ledger of its escrow (economics §8, §13.6).

use anchor_lang::{prelude::*, Discriminator};
use ion_economics::{
    booking::{
        next_op_seq, BookingInput, BookingStatus, Currency, LineStatus, RecordClock, MAX_LINES,
    },
    math,
    units::UnixSeconds,
};

use registry::state::Config;

use super::{
    codec::{self, account, wire, Reader, Stored, Wire, Writer},
    Line,
};
use crate::{
    constants::{FEE_IO, FEE_USDC, REWARD_VAULT, TNE_SHARDS},
    error::BookingError,
};

/// Account at (`booking`, quote id), sized to its lines. Rent paid by, and returned to, the renter.
///
/// Laid out as `#[account]` would; only the way through the bytes is another one, that of
/// `state/codec.rs`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Id of the quote it was made from.
    pub id: [u8; 16],
    /// Bookings of one cluster share a group id, whose last byte is their number; zero: none.
    pub group: [u8; 16],
    /// Who booked; pays the rent, may cancel and terminate.
    pub renter: Pubkey,
    /// Who pays and is refunded.
    pub payer: Pubkey,
    /// Its token account, at (`escrow`, booking).
    pub escrow: Pubkey,
    /// [`Currency`].
    pub currency: u8,
    /// Reward mode of the quote's hour: `ion_economics::booking::Stamp`.
    pub stamp: u8,
    /// `ion_economics::booking::PaySource`.
    pub source: u8,
    /// [`crate::constants::FLAG_GANG`], [`crate::constants::FLAG_FAILOVER`].
    pub flags: u8,
    /// [`BookingStatus`].
    pub status: u8,
    /// Whether a line was found unavailable.
    pub lock_failed: bool,
    /// Sum of the supplier's fees, bps.
    pub supplier_fee_bps: u16,
    /// Minutes billed at least when the renter ends it.
    pub nonrefundable_minutes: u16,
    /// Minutes from the start to the booked end.
    pub minutes: u32,
    /// When it was booked, Unix seconds.
    pub booked_at: i64,
    /// Last moment of what the state waits for, Unix seconds: payment, lock, start or final record.
    pub deadline: i64,
    /// Start, Unix seconds; 0 before.
    pub started_at: i64,
    /// End, Unix seconds: booked while it runs, actual afterwards; 0 before the start.
    pub ends_at: i64,
    /// Price with fees, base units of the currency.
    pub total: u64,
    /// Paid so far.
    pub paid: u64,
    /// Payment fee in the price.
    pub payment_fee: u64,
    /// Fees that stay with the network, known at the ending.
    pub fees_kept: u64,
    /// Fees and fault parts sent to the fee vault by `settle`.
    pub fees_deposited: u64,
    /// Balance RefundDue of the payer.
    pub refund_due: u64,
    /// Pulled out of it.
    pub refunds_pulled: u64,
    /// Number of the next work record, from 0.
    pub next_record: u32,
    /// Records with a line that is not earned.
    pub open_records: u32,
    /// Next operation of renter, payer or scheduler.
    pub op_seq: u32,
    /// Sequence of the last fault report.
    pub last_fault_seq: u64,
    /// Challenges lost by the renter.
    pub lost_challenges: u8,
    /// Replacements made.
    pub failovers: u8,
    /// When the last work report that was used was attested, Unix seconds; 0: none.
    pub last_report_at: i64,
    /// Events of this account so far.
    pub event_seq: u64,
    /// Supplier fees that the fee vault could not take yet; `settle` sends them.
    pub fees_due: u64,
    /// Records that are Final and earned without a gap, from record 0.
    pub finished_records: u32,
    /// Bit `i`: record `finished_records + i` is so too.
    pub finished_later: u32,
    /// Served minutes not billed after a supplier fault, as of the booking.
    pub fault_credit_minutes: u16,
    /// Seconds from a fault in which the line may be replaced, as of the booking.
    pub failover_grace_s: u16,
    /// Number of the head line: 0, or its replacement.
    pub head_line: u8,
    /// Whether a fault of the head line or of a gang ended it: no first-hour minimum, and the other
    /// lines' reservation goes back in proportion.
    pub is_fault_ended: bool,
    /// Rent that the scheduler paid for replacement lines, lamports; returned at close.
    pub failover_rent: u64,
    /// Zero.
    pub _reserved: [u8; 2],
    /// The lines; line 0 is the head line until it is replaced.
    #[max_len(MAX_LINES)]
    pub lines: Vec<Line>,
}

const _: () = assert!(
    Booking::INIT_SPACE
        == 2 + 32
            + 96
            + 6
            + 4
            + 4
            + 4 * 8
            + 7 * 8
            + 12
            + 8
            + 2
            + 8
            + 8
            + 8
            + 2 * 4
            + 2 * 2
            + 2
            + 8
            + 2
            + 4
            + MAX_LINES * Line::INIT_SPACE
);

impl Stored for Booking {
    fn bytes(&self) -> Result<usize> {
        self.space_now()
    }
}

account!(Booking, [147, 50, 61, 138, 208, 21, 254, 156]);

wire!(Booking {
    version,
    bump,
    id,
    group,
    renter,
    payer,
    escrow,
    currency,
    stamp,
    source,
    flags,
    status,
    lock_failed,
    supplier_fee_bps,
    nonrefundable_minutes,
    minutes,
    booked_at,
    deadline,
    started_at,
    ends_at,
    total,
    paid,
    payment_fee,
    fees_kept,
    fees_deposited,
    refund_due,
    refunds_pulled,
    next_record,
    open_records,
    op_seq,
    last_fault_seq,
    lost_challenges,
    failovers,
    last_report_at,
    event_seq,
    fees_due,
    finished_records,
    finished_later,
    fault_credit_minutes,
    failover_grace_s,
    head_line,
    is_fault_ended,
    failover_rent,
    _reserved,
    lines,
});

impl Booking {
    /// Bytes of an account with this many lines of one purchase each.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "sizes of a few kilobytes; callers give at most the bound of the list"
    )]
    pub const fn space(lines: usize) -> usize {
        Self::DISCRIMINATOR.len() + Self::INIT_SPACE - MAX_LINES * Line::INIT_SPACE
            + lines * Line::space(1)
    }

    /// Writes it back where it was read from. Errors: `AccountDidNotSerialize`.
    pub(crate) fn overwrite(&self, info: &AccountInfo) -> Result<()> {
        codec::overwrite(self, info)
    }

    /// Shard of the totals that a booking counts into.
    pub fn shard(key: &Pubkey) -> u8 {
        key.as_array().first().copied().unwrap_or_default() % TNE_SHARDS
    }

    /// State of the booking. Errors: `CorruptState`.
    pub fn status(&self) -> Result<BookingStatus> {
        BookingStatus::from_u8(self.status).ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Currency of the booking. Errors: `CorruptState`.
    pub fn currency(&self) -> Result<Currency> {
        Currency::from_u8(self.currency).ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Mint of the booking's currency. Errors: `CorruptState`.
    pub fn mint(&self, config: &Config) -> Result<Pubkey> {
        Ok(match self.currency()? {
            Currency::Usdc => config.usdc_mint,
            Currency::Io => config.io_mint,
        })
    }

    /// Fee vault of the booking's currency. Errors: `CorruptState`.
    pub fn fee_vault(&self) -> Result<Pubkey> {
        Ok(match self.currency()? {
            Currency::Usdc => FEE_USDC,
            Currency::Io => FEE_IO,
        })
    }

    /// Vault of `ide` that takes tokens sent to the escrow by strangers (economics §1.6). Errors:
    /// `CorruptState`.
    pub fn excess_vault(&self) -> Result<Pubkey> {
        Ok(match self.currency()? {
            Currency::Usdc => FEE_USDC,
            Currency::Io => REWARD_VAULT,
        })
    }

    /// Bookings of its group, 2 to 8; 0 when it stands for itself.
    pub fn group_size(&self) -> u8 {
        super::group_size(&self.group)
    }

    /// Moves the state; nothing else assigns it. Errors: those of the transition.
    pub(crate) fn step(&mut self, input: BookingInput) -> Result<BookingStatus> {
        let next = self
            .status()?
            .transition(input)
            .map_err(BookingError::from)?;
        self.status = next as u8;
        Ok(next)
    }

    /// Admits the next operation of renter, payer or scheduler. Errors: `WrongOpSeq`.
    pub(crate) fn admit(&mut self, op_seq: u32) -> Result<()> {
        self.op_seq = next_op_seq(self.op_seq, op_seq).map_err(BookingError::from)?;
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

    /// Clock of the work records.
    pub fn record_clock(&self) -> Result<RecordClock> {
        Ok(RecordClock {
            start: UnixSeconds::new(self.started_at),
            end: UnixSeconds::new(self.ends_at),
            is_over: self.status()? != BookingStatus::Running,
        })
    }

    /// Space of the record account that is to be created; said before it is made, so that a leaf
    /// applied twice is refused by name. Errors: `WrongRecord`.
    pub(crate) fn record_space(&self, record_seq: u32) -> Result<usize> {
        require!(record_seq == self.next_record, BookingError::WrongRecord);
        Ok(super::WorkRecord::space(self.lines.len()))
    }

    /// A line by its number. Errors: `UnknownLine`.
    pub fn line(&self, number: u8) -> Result<&Line> {
        self.lines
            .get(usize::from(number))
            .ok_or_else(|| error!(BookingError::UnknownLine))
    }

    /// A line by its number. Errors: `UnknownLine`.
    pub(crate) fn line_mut(&mut self, number: u8) -> Result<&mut Line> {
        self.lines
            .get_mut(usize::from(number))
            .ok_or_else(|| error!(BookingError::UnknownLine))
    }

    /// Whether every line is hired.
    pub fn is_locked(&self) -> bool {
        self.lines
            .iter()
            .all(|line| line.status == LineStatus::Hired as u8)
    }

    /// Sum of one amount over the lines.
    pub fn sum(&self, amount: impl Fn(&Line) -> u64) -> Result<u64> {
        self.lines
            .iter()
            .try_fold(0u64, |sum, line| math::add(sum, amount(line)))
            .map_err(|error| BookingError::from(error).into())
    }

    /// Gives back everything that was paid: nothing ran, no fee stays (economics §8.5).
    pub(crate) fn refund_all(&mut self) -> Result<()> {
        for line in &mut self.lines {
            line.refunded = line.compute()?;
        }
        self.refund_due = self.paid;
        self.fees_kept = 0;
        Ok(())
    }

    /// Gives back compute and payment fee, the reservation stays: the renter cancelled a paid booking
    /// before its start (economics §8.5).
    pub(crate) fn refund_cancelled(&mut self) -> Result<()> {
        for line in &mut self.lines {
            line.refunded = line.compute()?;
        }
        self.fees_kept = self.sum(|line| line.reservation)?;
        self.refund_due = math::sub(self.paid, self.fees_kept).map_err(BookingError::from)?;
        Ok(())
    }

    /// Adds to the balance RefundDue of the payer.
    pub(crate) fn credit_refund(&mut self, amount: u64) -> Result<()> {
        self.refund_due = math::add(self.refund_due, amount).map_err(BookingError::from)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_booking_with_its_escrow_stays_inside_the_rent_target() {
        // 0.0065 SOL and 0.0012 SOL per further line at 6,960 lamports per byte
        let escrow = 165 + 128;
        assert!(Booking::space(1) + 128 + escrow <= 6_500_000 / 6_960);
        assert!(Booking::space(2) - Booking::space(1) <= 1_200_000 / 6_960);
    }

    #[test]
    fn shard_is_the_low_half_of_the_first_byte() {
        for first in 0..=u8::MAX {
            let mut bytes = [7u8; 32];
            bytes[0] = first;
            assert_eq!(Booking::shard(&Pubkey::new_from_array(bytes)), first & 15);
        }
    }
}
