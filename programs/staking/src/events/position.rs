//! Events of co-staking positions.

use anchor_lang::prelude::*;

use super::{LedgerChange, PositionChange, U64Change};

/// A position began.
#[event]
pub struct PositionOpened {
    /// The `CoPosition` account.
    pub position: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// The slot.
    pub change: PositionChange,
    /// The device's book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The co-staker began its exit.
#[event]
pub struct CoUnstakeBegun {
    /// The `CoPosition` account.
    pub position: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// The slot.
    pub change: PositionChange,
    /// The device's book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Anyone recorded that a position's wait had passed.
#[event]
pub struct ExitAdvanced {
    /// The `CoPosition` account.
    pub position: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// The slot.
    pub change: PositionChange,
    /// The device's book.
    pub ledger: LedgerChange,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A position was paid out to its wallet.
#[event]
pub struct PositionWithdrawn {
    /// The `CoPosition` account.
    pub position: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// Token account paid to.
    pub destination: Pubkey,
    /// Paid, 1e-8 IO.
    pub amount_io: u64,
    /// Principal in the slot, 1e-8 IO.
    pub principal_io: U64Change,
    /// Restored balance, 1e-8 IO.
    pub restored_io: U64Change,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The account of a position without money was closed.
#[event]
pub struct PositionClosed {
    /// The `CoPosition` account.
    pub position: Pubkey,
    /// The `DeviceStake` account.
    pub stake: Pubkey,
    /// The co-staker's wallet.
    pub co_staker: Pubkey,
    /// Whether a slot was freed with it.
    pub freed_slot: bool,
    /// Number of the event of this stake.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
