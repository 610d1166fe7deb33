//! Events of the vaults.

use anchor_lang::prelude::*;

use super::U64Change;

/// The ledgers and their vaults were created.
#[event]
pub struct VaultsInitialized {
    /// The Vaults account.
    pub vaults: Pubkey,
    /// Upgrade authority that signed.
    pub authority: Pubkey,
    /// IO vault of emission.
    pub reward_vault: Pubkey,
    /// USDC vault of revenue.
    pub fee_usdc: Pubkey,
    /// IO vault of revenue.
    pub fee_io: Pubkey,
    /// IO vault of payouts.
    pub pay_io: Pubkey,
    /// USDC vault of payouts.
    pub pay_usdc: Pubkey,
    /// UTC day index of the first epoch.
    pub first_day: u64,
    /// Event number of the Vaults account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Somebody gave money to the engine; it is no revenue.
#[event]
pub struct VaultFunded {
    /// The Vaults account.
    pub vaults: Pubkey,
    /// Who gave.
    pub funder: Pubkey,
    /// IO or USDC.
    pub mint: Pubkey,
    /// Base units.
    pub amount: u64,
    /// Ledger Y1, IO base units.
    pub y1_io: U64Change,
    /// Ledger Yu, USDC base units.
    pub yu_usdc: U64Change,
    /// Event number of the account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens sent to a vault outside of an instruction joined a ledger.
#[event]
pub struct ExcessSwept {
    /// The Vaults account.
    pub vaults: Pubkey,
    /// Vault that held them.
    pub vault: Pubkey,
    /// Base units.
    pub amount: u64,
    /// Ledger Y1, IO base units.
    pub y1_io: U64Change,
    /// Ledger Yu, USDC base units.
    pub yu_usdc: U64Change,
    /// Event number of the account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
