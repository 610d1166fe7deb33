//! Events of an epoch.

use anchor_lang::prelude::*;

use super::U64Change;

/// The account of a day was created.
#[event]
pub struct EpochOpened {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Most availability obligations of the day, 1e-6 USD; 0 = none set.
    pub max_obligation_usd_micros: u64,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Earned money reached the fee vault and waits in the epoch for sealing.
#[event]
pub struct RevenueDeposited {
    /// The Epoch account.
    pub epoch: Pubkey,
    /// UTC day index.
    pub day: u64,
    /// Mint of the money: USDC or IO.
    pub mint: Pubkey,
    /// Account the tokens came from.
    pub source: Pubkey,
    /// Base units that arrived.
    pub amount: u64,
    /// Device that earned it; the default key where no single device did.
    pub device: Pubkey,
    /// Owner of that device; the default key where no single device did.
    pub owner: Pubkey,
    /// Hire that falls due with it, 1e-6 USD.
    pub hire_usd_micros: u64,
    /// USDC revenue of the day in base units.
    pub revenue_usdc: U64Change,
    /// IO revenue of the day in base units.
    pub revenue_io: U64Change,
    /// Hire due of the day, 1e-6 USD.
    pub hire_due_usd_micros: U64Change,
    /// Event number of the epoch.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
