//! Events of the schedule.

use anchor_lang::prelude::*;

/// The IO mint was handed over and the schedule fixed.
#[event]
pub struct EmissionInitialized {
    /// The Emission account, now the mint authority of IO.
    pub emission: Pubkey,
    /// Upgrade authority that signed.
    pub authority: Pubkey,
    /// Mint authority before.
    pub old_mint_authority: Pubkey,
    /// The IO mint.
    pub io_mint: Pubkey,
    /// Vault that block rewards are claimed from.
    pub distribution: Pubkey,
    /// First hour index that this chain releases.
    pub start_hour: u64,
    /// Emission of the schedule before that hour, IO base units.
    pub pre_released_io: u64,
    /// Supply of IO, base units.
    pub supply_io: u64,
    /// Event number of the Emission account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens that strangers sent to the distribution vault went to the reward vault.
#[event]
pub struct ExcessSwept {
    /// The Emission account.
    pub emission: Pubkey,
    /// Who sent the instruction.
    pub actor: Pubkey,
    /// Moved, IO base units.
    pub amount_io: u64,
    /// What the vault owes and holds, IO base units.
    pub owed_io: u64,
    /// Event number of the Emission account.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
