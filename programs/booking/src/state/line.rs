//! One device of a booking: its purchases, what was billed, refunded and paid.

use anchor_lang::prelude::*;
use ion_economics::{
    billing::{self, Segments, MAX_SEGMENTS},
    booking::{LineInput, LineStatus},
    math,
};

use super::codec::{wire, Reader, Wire, Writer};
use crate::error::BookingError;

/// Stored form of one purchase of minutes.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Minutes bought.
    pub minutes: u32,
    /// Price in base units of the booking's currency.
    pub amount: u64,
    /// Hire rate, 1e-6 USD per processor-hour; 0 in mode `Schedule`.
    pub hire_q_usd_micros: u64,
}

/// One line of a booking.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The device.
    pub device: Pubkey,
    /// Its processor class.
    pub class: u16,
    /// Its processors, 1 to 64.
    pub qty: u8,
    /// [`LineStatus`].
    pub status: u8,
    /// Booked rate, 1e-6 USD per processor-hour.
    pub rate_usd_micros: u64,
    /// Reservation fee of the line, base units of the currency.
    pub reservation: u64,
    /// Seconds from the start of the booking to the start of this line; 0 unless it replaces one.
    pub start_offset_s: u32,
    /// Cumulative served minutes of the last accepted record.
    pub recorded_minutes: u32,
    /// Seconds from the start of the booking to the fault of this line; 0 = none.
    pub fault_offset_s: u32,
    /// Served minutes that stay paid after a fault.
    pub kept_minutes: u32,
    /// Served minutes at a fault.
    pub served_minutes: u32,
    /// Served minutes that no ruling can change any more; purchases within them are folded.
    pub final_minutes: u32,
    /// Billed so far, base units: by accepted records, and a fault's part for the fee vault.
    pub billed: u64,
    /// Gross pay earned by the supplier, fees included.
    pub earned: u64,
    /// Supplier fees taken out of it.
    pub fee_taken: u64,
    /// Pay that could not be delivered and waits to be pulled.
    pub pay_due: u64,
    /// Compute given back to the payer.
    pub refunded: u64,
    /// Compute handed to a replacement.
    pub moved: u64,
    /// Part of a fault's bill that goes to the fee vault.
    pub vault_part: u64,
    /// Cuts of rulings.
    pub cut: u64,
    /// Purchases in order, at most four.
    #[max_len(MAX_SEGMENTS)]
    pub segments: Vec<Segment>,
}

const _: () = assert!(Segment::INIT_SPACE == 20);
const _: () = assert!(Line::INIT_SPACE == 32 + 4 + 2 * 8 + 6 * 4 + 8 * 8 + 4 + 4 * 20);

wire!(Segment {
    minutes,
    amount,
    hire_q_usd_micros
});

wire!(Line {
    device,
    class,
    qty,
    status,
    rate_usd_micros,
    reservation,
    start_offset_s,
    recorded_minutes,
    fault_offset_s,
    kept_minutes,
    served_minutes,
    final_minutes,
    billed,
    earned,
    fee_taken,
    pay_due,
    refunded,
    moved,
    vault_part,
    cut,
    segments,
});

impl Line {
    /// Bytes of a line with this many purchases.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "sizes of a few kilobytes; callers give at most the bound of the list"
    )]
    pub const fn space(segments: usize) -> usize {
        Self::INIT_SPACE - (MAX_SEGMENTS - segments) * Segment::INIT_SPACE
    }

    /// A line whose device is not locked yet; `reservation` in base units of the currency.
    pub(crate) fn reserved(
        device: Pubkey,
        class: u16,
        qty: u8,
        rate_usd_micros: u64,
        reservation: u64,
        purchase: billing::Segment,
    ) -> Self {
        Self {
            device,
            class,
            qty,
            status: LineStatus::Reserved as u8,
            rate_usd_micros,
            reservation,
            start_offset_s: 0,
            recorded_minutes: 0,
            fault_offset_s: 0,
            kept_minutes: 0,
            served_minutes: 0,
            final_minutes: 0,
            billed: 0,
            earned: 0,
            fee_taken: 0,
            pay_due: 0,
            refunded: 0,
            moved: 0,
            vault_part: 0,
            cut: 0,
            segments: vec![Segment {
                minutes: purchase.minutes,
                amount: purchase.amount,
                hire_q_usd_micros: purchase.hire_q,
            }],
        }
    }

    /// State of the line. Errors: `CorruptState`.
    pub fn status(&self) -> Result<LineStatus> {
        LineStatus::from_u8(self.status).ok_or_else(|| error!(BookingError::CorruptState))
    }

    /// Moves the line's state; nothing else assigns it. Errors: `WrongState`.
    pub(crate) fn step(&mut self, input: LineInput) -> Result<()> {
        let next = self
            .status()?
            .transition(input)
            .map_err(BookingError::from)?;
        self.status = next as u8;
        Ok(())
    }

    /// The purchases as the rules take them. Errors: `TooManySegments`, `ZeroMinutes`.
    pub fn segments(&self) -> Result<Segments> {
        let stored = self.segments.iter().map(|segment| billing::Segment {
            minutes: segment.minutes,
            amount: segment.amount,
            hire_q: segment.hire_q_usd_micros,
        });
        Ok(Segments::from_items(stored).map_err(BookingError::from)?)
    }

    /// Price of the line in base units.
    pub fn compute(&self) -> Result<u64> {
        self.segments
            .iter()
            .try_fold(0u64, |sum, segment| math::add(sum, segment.amount))
            .map_err(|error| BookingError::from(error).into())
    }

    /// What no instruction may break (economics §14 I12, I20). `is_billed`: the booking has its
    /// final bill, so the line is divided to the last unit.
    pub(crate) fn invariant(&self, is_billed: bool) -> Result<()> {
        let divided = math::add(self.billed, self.refunded)
            .and_then(|sum| math::add(sum, self.moved))
            .map_err(BookingError::from)?;
        let compute = self.compute()?;
        let paid = math::add(self.earned, self.cut)
            .and_then(|sum| math::add(sum, self.vault_part))
            .map_err(BookingError::from)?;
        require!(divided <= compute, BookingError::LedgerMismatch);
        require!(
            !is_billed || divided == compute,
            BookingError::LedgerMismatch
        );
        require!(paid <= self.billed, BookingError::LedgerMismatch);
        require!(self.fee_taken <= self.earned, BookingError::LedgerMismatch);
        require!(self.pay_due <= self.earned, BookingError::LedgerMismatch);
        Ok(())
    }
}
