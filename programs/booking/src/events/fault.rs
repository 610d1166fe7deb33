//! Events of faults and replacements (economics §8.5, §8.6).

use anchor_lang::prelude::*;

use super::{StatusChange, TimeChange, U64Change};

/// An attested fault of a line was accepted and its device freed.
#[event]
#[derive(Debug)]
pub struct FaultReported {
    /// The booking.
    pub booking: Pubkey,
    /// Number of the line.
    pub line: u8,
    /// Its device.
    pub device: Pubkey,
    /// 1 outage, 2 misconduct.
    pub kind: u8,
    /// First missed minute, Unix seconds.
    pub fault_at: i64,
    /// Minutes served at the fault.
    pub served_minutes: u32,
    /// Minutes that stay paid.
    pub kept_minutes: u32,
    /// Last moment to replace the line, Unix seconds.
    pub replace_until: i64,
    /// Sequence of the report.
    pub fault_seq: u64,
    /// Sequence of the report before.
    pub fault_seq_before: u64,
    /// State of the line.
    pub line_status: StatusChange,
    /// Who applied the report.
    pub by: Pubkey,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The scheduler replaced a failed line; the renter's refund for it is credited.
#[event]
#[derive(Debug)]
pub struct LineReplaced {
    /// The booking.
    pub booking: Pubkey,
    /// Number of the failed line.
    pub line: u8,
    /// Number of its replacement.
    pub replacement: u8,
    /// Device of the replacement.
    pub device: Pubkey,
    /// Minutes that it took over.
    pub minutes: u32,
    /// Their price in base units of the currency, moved out of the failed line.
    pub moved: u64,
    /// Reservation fee that went with them.
    pub reservation: u64,
    /// Hire rate of the replacement, 1e-6 USD per processor-hour.
    pub hire_q_usd_micros: u64,
    /// Compute of the failed line given back.
    pub refunded: u64,
    /// Part of the failed line's bill for the fee vault.
    pub vault_part: u64,
    /// State of the failed line.
    pub line_status: StatusChange,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// Rent that the scheduler paid for the line, lamports.
    pub rent: U64Change,
    /// The scheduler.
    pub by: Pubkey,
    /// Operation of the booking.
    pub op_seq: u32,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A faulty line was not replaced and has failed; the renter's refund for it is credited.
#[event]
#[derive(Debug)]
pub struct LineFailed {
    /// The booking.
    pub booking: Pubkey,
    /// Number of the line.
    pub line: u8,
    /// Its device.
    pub device: Pubkey,
    /// Compute of the line given back.
    pub refunded: u64,
    /// Part of its bill for the fee vault.
    pub vault_part: u64,
    /// State of the line.
    pub line_status: StatusChange,
    /// State of the booking: it closes with its last line, its head line, or one of a gang.
    pub status: StatusChange,
    /// Booked and actual end.
    pub ends_at: TimeChange,
    /// Last moment of what the state waits for, Unix seconds.
    pub deadline: i64,
    /// Balance of the payer.
    pub refund_due: U64Change,
    /// Devices of other lines that are free again.
    pub freed: Vec<Pubkey>,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
