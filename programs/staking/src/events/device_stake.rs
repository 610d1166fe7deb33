//! Events of a device's stake.

use anchor_lang::prelude::*;

use super::{KeyChange, LedgerChange, PositionChange};

/// A stake account and its vault were opened.
#[event]
pub struct StakeOpened {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The device account.
    pub device: Pubkey,
    /// The token account of the stake.
    pub vault: Pubkey,
    /// Who paid.
    pub payer: Pubkey,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The stake wallet deposited.
#[event]
pub struct StakeDeposited {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet, recorded by the first deposit.
    pub wallet: KeyChange,
    /// Deposited, 1e-8 IO.
    pub amount_io: u64,
    /// The book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The stake wallet took out what was above the requirement.
#[event]
pub struct OverflowWithdrawn {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet.
    pub wallet: Pubkey,
    /// Token account paid to.
    pub destination: Pubkey,
    /// Paid, 1e-8 IO.
    pub amount_io: u64,
    /// The book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The stake wallet began the full exit; every active and waiting position cools with it.
#[event]
pub struct UnstakeBegun {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet.
    pub wallet: Pubkey,
    /// The book.
    pub ledger: LedgerChange,
    /// Positions that moved, in slot order.
    pub positions: Vec<PositionChange>,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The stake wallet was paid its cooled principal and its restored balance.
#[event]
pub struct StakeWithdrawn {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The stake wallet; cleared when nothing is left.
    pub wallet: KeyChange,
    /// Token account paid to.
    pub destination: Pubkey,
    /// Paid, 1e-8 IO.
    pub amount_io: u64,
    /// The book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone brought the stake up to date.
#[event]
pub struct StakeRefreshed {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// Requirement at the time of the event, 1e-8 IO.
    pub required_io: u64,
    /// The book.
    pub ledger: LedgerChange,
    /// Positions whose wait had passed, in slot order.
    pub positions: Vec<PositionChange>,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens that nobody is owed were moved out of the vault.
#[event]
pub struct ExcessSwept {
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The engine's reward vault.
    pub destination: Pubkey,
    /// Moved, 1e-8 IO.
    pub amount_io: u64,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
