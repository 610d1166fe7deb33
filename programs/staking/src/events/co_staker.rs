//! Events of co-staker accounts.

use anchor_lang::prelude::*;

/// A wallet's co-staker account was opened.
#[event]
pub struct CoStakerOpened {
    /// The `CoStaker` account.
    pub co_staker: Pubkey,
    /// The wallet.
    pub wallet: Pubkey,
    /// Who paid.
    pub payer: Pubkey,
    /// Unix seconds.
    pub at: i64,
}
