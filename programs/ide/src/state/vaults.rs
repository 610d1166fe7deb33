//! The ledgers of the engine's vaults (economics §1.6, §10.2).

use anchor_lang::prelude::*;

/// Singleton at `["vaults"]`; authority of the five token accounts. A ledger, not a token balance,
/// says what a vault may pay. Ledgers change when an epoch is sealed, never by a deposit.
#[account]
#[derive(InitSpace, Debug)]
pub struct Vaults {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// IO vault of emission, at `["reward_vault"]`.
    pub reward_vault: Pubkey,
    /// USDC vault of revenue, at `["fee_usdc"]`.
    pub fee_usdc: Pubkey,
    /// IO vault of revenue, at `["fee_io"]`.
    pub fee_io: Pubkey,
    /// IO vault of payouts, at `["pay_io"]`.
    pub pay_io: Pubkey,
    /// USDC vault of payouts, at `["pay_usdc"]`.
    pub pay_usdc: Pubkey,
    /// UTC day index of the first epoch.
    pub first_day: u64,
    /// Ledger Y1: IO of the reward vault, base units.
    pub y1_io: u64,
    /// Ledger Yu: USDC of the fee vault, base units.
    pub yu_usdc: u64,
    /// Ledger Yi: IO of the fee vault, base units.
    pub yi_io: u64,
    /// IO that payout roots may claim, base units.
    pub payable_io: u64,
    /// USDC that payout roots may claim, base units.
    pub payable_usdc: u64,
    /// USDC earmarked for buyback, base units; lies in the fee vault.
    pub buyback_usdc: u64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 128],
}

const _: () = assert!(Vaults::INIT_SPACE == 2 + 5 * 32 + 8 * 8 + 128);

impl Vaults {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Vaults::DISCRIMINATOR.len() + Vaults::INIT_SPACE;
}
