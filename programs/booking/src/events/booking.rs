//! Events of a booking.

use anchor_lang::prelude::*;

use super::{StatusChange, TimeChange, U64Change};
use crate::state::QuoteLine;

/// One line of a new booking.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedLine {
    /// The device.
    pub device: Pubkey,
    /// Hardware type: its processor class.
    pub class: u16,
    /// Its processors.
    pub qty: u8,
    /// Compute in base units of the currency.
    pub compute: u64,
}

/// TNE `book_product`: a renter booked a quote, which is used up with it.
#[event]
#[derive(Debug)]
pub struct ProductBooked {
    /// The booking.
    pub booking: Pubkey,
    /// The quote.
    pub quote: Pubkey,
    /// Customer id.
    pub renter: Pubkey,
    /// Who pays.
    pub payer: Pubkey,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Hardware and its price, line by line.
    pub lines: Vec<BookedLine>,
    /// Total cost with fees, base units.
    pub total: u64,
    /// Minutes hired of each line.
    pub minutes: u32,
    /// 0 Schedule, 1 Ide.
    pub stamp: u8,
    /// 0 wallet, 1 mirror.
    pub source: u8,
    /// 1 gang, 2 failover.
    pub flags: u8,
    /// Group of bookings; zero: none.
    pub group: [u8; 16],
    /// Last moment to pay, Unix seconds.
    pub deadline: i64,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the quote.
    pub quote_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// TNE `pay`: the payer paid into the escrow. The transaction is the id of the payment.
#[event]
#[derive(Debug)]
pub struct BookingPaid {
    /// The booking.
    pub booking: Pubkey,
    /// Who paid.
    pub payer: Pubkey,
    /// Base units moved.
    pub amount: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Paid so far.
    pub paid: U64Change,
    /// State.
    pub status: StatusChange,
    /// Last moment to pay, or to lock when paid in full, Unix seconds.
    pub deadline: i64,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Devices were locked for the booking, or one was found unavailable.
#[event]
#[derive(Debug)]
pub struct LinesLocked {
    /// The booking.
    pub booking: Pubkey,
    /// Who asked.
    pub by: Pubkey,
    /// Numbers of the lines that are now locked.
    pub lines: Vec<u8>,
    /// Numbers of the lines found unavailable; when there is one, none was locked.
    pub unavailable: Vec<u8>,
    /// State.
    pub status: StatusChange,
    /// Last moment to lock, or to start when all are locked, Unix seconds.
    pub deadline: i64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Why a booking ended before its start.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum CancelReason {
    /// The renter cancelled.
    Renter = 0,
    /// Not paid or not locked in time, or a line was unavailable.
    Expired = 1,
    /// Not started in time.
    Unstarted = 2,
}

/// A booking ended before its start.
#[event]
#[derive(Debug)]
pub struct BookingCancelled {
    /// The booking.
    pub booking: Pubkey,
    /// Who ended it.
    pub by: Pubkey,
    /// Why.
    pub reason: CancelReason,
    /// State.
    pub status: StatusChange,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// Fees that stay.
    pub fees_kept: u64,
    /// Devices that are free again.
    pub freed: Vec<Pubkey>,
    /// Next operation of the booking.
    pub op_seq: u32,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The scheduler started a booking.
#[event]
#[derive(Debug)]
pub struct BookingStarted {
    /// The booking.
    pub booking: Pubkey,
    /// The scheduler.
    pub by: Pubkey,
    /// State.
    pub status: StatusChange,
    /// Booked end, Unix seconds.
    pub ends_at: i64,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the booking.
    pub seq: u64,
    /// Start, Unix seconds.
    pub at: i64,
}

/// A running booking ended; its final record is awaited.
#[event]
#[derive(Debug)]
pub struct BookingEnded {
    /// The booking.
    pub booking: Pubkey,
    /// Who ended it: the renter before the booked end, anyone from then on.
    pub by: Pubkey,
    /// Whether the renter terminated it.
    pub is_terminated: bool,
    /// State.
    pub status: StatusChange,
    /// Booked and actual end.
    pub ends_at: TimeChange,
    /// Last moment the final record is waited for, Unix seconds.
    pub deadline: i64,
    /// Balance of the payer: grows by the refunds of lines that were failing.
    pub refund_due: U64Change,
    /// Devices that are free again.
    pub freed: Vec<Pubkey>,
    /// Next operation of the booking.
    pub op_seq: u32,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// No final record came: the booking is billed by its last accepted record.
#[event]
#[derive(Debug)]
pub struct BookingBilledUnreported {
    /// The booking.
    pub booking: Pubkey,
    /// Who asked.
    pub by: Pubkey,
    /// State.
    pub status: StatusChange,
    /// Billed in all, base units.
    pub billed: u64,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// Fees that stay.
    pub fees_kept: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The fees of a booking went to the fee vault.
#[event]
#[derive(Debug)]
pub struct BookingSettled {
    /// The booking.
    pub booking: Pubkey,
    /// Who asked.
    pub by: Pubkey,
    /// State.
    pub status: StatusChange,
    /// Fees and fault parts deposited, base units.
    pub deposited: u64,
    /// Left in the escrow for the payer and suppliers to pull.
    pub escrow: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A settled booking was closed and its rent returned.
#[event]
#[derive(Debug)]
pub struct BookingClosed {
    /// The booking.
    pub booking: Pubkey,
    /// Who closed it.
    pub by: Pubkey,
    /// Who got the rent.
    pub renter: Pubkey,
    /// Tokens sent by strangers that went to the excess vault, base units.
    pub excess: u64,
    /// Rent of replacement lines that went to the scheduler, lamports.
    pub scheduler_rent: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// TNE `extend`: a running booking got more minutes; a `BookingPaid` follows in the same instruction.
#[event]
#[derive(Debug)]
pub struct BookingExtended {
    /// The booking.
    pub booking: Pubkey,
    /// The quote, which is used up with it.
    pub quote: Pubkey,
    /// Who extended it.
    pub renter: Pubkey,
    /// Minutes added to every hired line.
    pub minutes: u32,
    /// Price with fees, base units of the currency.
    pub amount: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Lower price of IO it was quoted with, 1e-12 USD; 0 for USDC.
    pub price_p12: u64,
    /// The hired lines with their prices.
    pub lines: Vec<QuoteLine>,
    /// Booked end.
    pub ends_at: TimeChange,
    /// Price of the booking with fees.
    pub total: U64Change,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the quote.
    pub quote_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
