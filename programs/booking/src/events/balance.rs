//! Events of balances that are pulled.

use anchor_lang::prelude::*;

use super::U64Change;

/// TNE `refund`: the payer's balance was sent. The transaction is the id of the refund.
#[event]
#[derive(Debug)]
pub struct RefundPulled {
    /// The booking.
    pub booking: Pubkey,
    /// The payer.
    pub payer: Pubkey,
    /// Token account that got it.
    pub destination: Pubkey,
    /// Base units moved.
    pub amount: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Pulled so far.
    pub refunds_pulled: U64Change,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A supplier pulled pay that could not be delivered.
#[event]
#[derive(Debug)]
pub struct PayDuePulled {
    /// The booking.
    pub booking: Pubkey,
    /// Number of the line.
    pub line: u8,
    /// The device.
    pub device: Pubkey,
    /// Its payout wallet.
    pub payout_wallet: Pubkey,
    /// Token account that got it.
    pub destination: Pubkey,
    /// Base units moved.
    pub amount: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens that strangers had sent to an escrow went to the vault that keeps them.
#[event]
#[derive(Debug)]
pub struct EscrowSwept {
    /// The booking.
    pub booking: Pubkey,
    /// The vault that got them.
    pub vault: Pubkey,
    /// Base units moved.
    pub amount: u64,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Who asked.
    pub by: Pubkey,
    /// Event number of the booking.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
