//! Events of the rates of a class.

use anchor_lang::prelude::*;

/// The account of a class's rates exists.
#[event]
pub struct RatesOpened {
    /// The ClassRates account.
    pub rates: Pubkey,
    /// Number of the class.
    pub class: u16,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Event number of the account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Rates from a day on.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatesFrom {
    /// First UTC day index.
    pub from_day: u64,
    /// Availability, 1e-6 USD per processor-hour.
    pub avail_rate_usd_micros: u64,
    /// Hire, 1e-6 USD per processor-hour.
    pub hire_rate_usd_micros: u64,
    /// List price, 1e-6 USD per processor-hour.
    pub list_price_usd_micros: u64,
    /// Most processors that count.
    pub max_processors: u32,
}

/// A class got new rates.
#[event]
pub struct ClassRatesSet {
    /// The ClassRates account.
    pub rates: Pubkey,
    /// Number of the class.
    pub class: u16,
    /// The queued decision.
    pub action: Pubkey,
    /// Newest rates before; `None` for the first.
    pub old: Option<RatesFrom>,
    /// The new ones.
    pub new: RatesFrom,
    /// Status of the engine: 0 normal, 1 deficit, 2 critical.
    pub status: u8,
    /// Event number of the account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
