//! Events of a quote.

use anchor_lang::prelude::*;

use crate::state::QuoteLine;

/// The scheduler offered devices at a price.
#[event]
#[derive(Debug)]
pub struct QuoteCreated {
    /// The quote.
    pub quote: Pubkey,
    /// Who made it.
    pub scheduler: Pubkey,
    /// Who may book it.
    pub renter: Pubkey,
    /// Who pays it.
    pub payer: Pubkey,
    /// Booking to extend; zero for a new one.
    pub booking: Pubkey,
    /// 0 new, 1 extend.
    pub kind: u8,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// 0 Schedule, 1 Ide.
    pub stamp: u8,
    /// 0 wallet, 1 mirror.
    pub source: u8,
    /// 1 gang, 2 failover.
    pub flags: u8,
    /// Group of bookings; zero: none.
    pub group: [u8; 16],
    /// Minutes of each line.
    pub minutes: u32,
    /// Lower price of IO, 1e-12 USD; 0 for USDC.
    pub price_p12: u64,
    /// Price with fees, base units.
    pub total: u64,
    /// Lines with their prices.
    pub lines: Vec<QuoteLine>,
    /// Last moment to use it, Unix seconds.
    pub expires_at: i64,
    /// Event number of the quote.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A used or expired quote was closed and its rent returned.
#[event]
#[derive(Debug)]
pub struct QuoteClosed {
    /// The quote.
    pub quote: Pubkey,
    /// Who closed it.
    pub by: Pubkey,
    /// Whether it had been used.
    pub is_used: bool,
    /// Who got the rent.
    pub scheduler: Pubkey,
    /// Event number of the quote.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
