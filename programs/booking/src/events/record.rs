//! Events of a work record.

use anchor_lang::prelude::*;

use super::{StatusChange, U64Change};
use crate::state::RecordLine;

/// TNE `worked`: a work record was accepted; the final one bills the booking.
#[event]
#[derive(Debug)]
pub struct WorkRecorded {
    /// The booking.
    pub booking: Pubkey,
    /// The record.
    pub record: Pubkey,
    /// Number of the record, from 0.
    pub record_seq: u32,
    /// Whether it is the record of the end.
    pub is_final: bool,
    /// Hour of the report.
    pub report_hour: u64,
    /// Lines of the booking in order.
    pub lines: Vec<RecordLine>,
    /// Served minutes it adds, times the processors of their lines.
    pub processor_minutes: u64,
    /// Billed by the record, base units of the currency.
    pub billed: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// IO amount of it; 0 while unpriced.
    pub io_amount: u64,
    /// Price of IO, 1e-12 USD; 0 for IO and while unpriced.
    pub price_p12: u64,
    /// Whether it has its IO amount.
    pub is_priced: bool,
    /// State of the booking.
    pub status: StatusChange,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// Last moment to challenge, Unix seconds.
    pub challenge_until: i64,
    /// Who applied the leaf.
    pub by: Pubkey,
    /// Event number of the record.
    pub record_event_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Where an earned amount went.
#[repr(u8)]
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[borsh(use_discriminant = false)]
pub enum EarnDestination {
    /// A token account of the supplier's payout wallet.
    Supplier = 0,
    /// The line's balance, to be pulled by the payout wallet.
    PayDue = 1,
    /// The fee vault.
    FeeVault = 2,
}

/// TNE `earn`: one line of a record was paid. The transaction is the id of the payment.
#[event]
#[derive(Debug)]
pub struct LineEarned {
    /// The booking.
    pub booking: Pubkey,
    /// The record.
    pub record: Pubkey,
    /// Number of the record.
    pub record_seq: u32,
    /// Number of the line.
    pub line: u8,
    /// The device.
    pub device: Pubkey,
    /// Its owner.
    pub owner: Pubkey,
    /// Gross pay in base units of the currency.
    pub amount: u64,
    /// Supplier fee out of it, to the fee vault; 0 for a booking stamped `Ide`.
    pub fee: u64,
    /// Whether the fee waits in the escrow for `settle`, because the fee vault could not take it.
    pub is_fee_waiting: bool,
    /// Obligation that falls due with it, 1e-6 USD; 0 for a booking stamped `Schedule`.
    pub hire_usd_micros: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Settled IO amount; 0 while the record is unpriced.
    pub io_amount: u64,
    /// Kind of destination.
    pub destination_kind: EarnDestination,
    /// Token account that got the pay; zero for PayDue.
    pub destination: Pubkey,
    /// Gross pay of the line so far.
    pub earned: U64Change,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the record.
    pub record_event_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An unpriced record got its IO amount.
#[event]
#[derive(Debug)]
pub struct RecordPriced {
    /// The record.
    pub record: Pubkey,
    /// Its booking.
    pub booking: Pubkey,
    /// IO amount.
    pub io_amount: u64,
    /// Price of IO, 1e-12 USD.
    pub price_p12: u64,
    /// IO amount of the lines that were earned before.
    pub settled_io: u64,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// An earned and priced record was closed and its rent returned.
#[event]
#[derive(Debug)]
pub struct RecordClosed {
    /// The record.
    pub record: Pubkey,
    /// Its booking.
    pub booking: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the record.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The renter challenged a record; its pay waits for the ruling.
#[event]
#[derive(Debug)]
pub struct RecordChallenged {
    /// The record.
    pub record: Pubkey,
    /// Its booking.
    pub booking: Pubkey,
    /// Number of the record.
    pub record_seq: u32,
    /// The renter.
    pub renter: Pubkey,
    /// Hash of what the renter shows for it.
    pub evidence: [u8; 32],
    /// State of the record.
    pub status: StatusChange,
    /// Last moment to rule, Unix seconds.
    pub ruling_until: i64,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the record.
    pub record_event_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The arbiter ruled on a challenged record; what it cut goes back to the payer.
#[event]
#[derive(Debug)]
pub struct RecordRuled {
    /// The record.
    pub record: Pubkey,
    /// Its booking.
    pub booking: Pubkey,
    /// Number of the record.
    pub record_seq: u32,
    /// The arbiter.
    pub arbiter: Pubkey,
    /// Hash of the reasons.
    pub reason: [u8; 32],
    /// Lines of the booking in order, with ruled minutes, cut and hire.
    pub lines: Vec<RecordLine>,
    /// Sum of the cuts, base units of the currency.
    pub cut: u64,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// State of the record.
    pub status: StatusChange,
    /// Challenges of the booking that its renter lost so far.
    pub lost_challenges: u8,
    /// Event number of the record.
    pub record_event_seq: u64,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
