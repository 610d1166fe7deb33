//! Events of the vaults.

use anchor_lang::prelude::*;

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
