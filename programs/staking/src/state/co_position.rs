//! Identity and restored balance of a co-staking position (economics §1.6).

use anchor_lang::prelude::*;

/// Account at `["co", device, seq]`, made when offer `seq` is filled. Principal and exit stand in
/// the device's stake; this account outlives the slot while a case may still restore something.
#[account]
#[derive(InitSpace, Debug)]
pub struct CoPosition {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The device account.
    pub device: Pubkey,
    /// The co-staker's wallet: the only destination of its principal.
    pub wallet: Pubkey,
    /// Who paid for this account.
    pub payer: Pubkey,
    /// Sequence of the offer it came from.
    pub seq: u64,
    /// Principal put in, 1e-8 IO.
    pub accepted_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// When the offer was filled, Unix seconds.
    pub accepted_at: i64,
    /// Restored by a case after the withdrawal, 1e-8 IO; withdrawable at once.
    pub restored_io: u64,
    /// Legs of slash cases not finished.
    pub open_legs: u16,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(CoPosition::INIT_SPACE == 2 + 3 * 32 + 8 + 8 + 2 + 8 + 8 + 2 + 32);

impl CoPosition {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;
}
