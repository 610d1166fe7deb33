//! What one party earned with one device (economics §1.6, §7.5).

use anchor_lang::prelude::*;
use ion_claims::Ledger;
use ion_economics::math;

use crate::error::RewardsError;

/// Account at `["claim", device, party]`; never closes, since the claimed amount must stand forever.
#[account]
#[derive(InitSpace, Debug)]
pub struct ClaimRecord {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The Device account.
    pub device: Pubkey,
    /// Owner of the device at registration, or the wallet of a co-position.
    pub party: Pubkey,
    /// Amounts of the leaf.
    pub ledger: Ledger,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(ClaimRecord::INIT_SPACE == 2 + 2 * 32 + 112 + 8 + 32);

impl ClaimRecord {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = ClaimRecord::DISCRIMINATOR.len() + ClaimRecord::INIT_SPACE;

    /// What holds after every payment and burn (economics §14 I18).
    ///
    /// Errors: `ClaimAboveLifetime`.
    pub(crate) fn invariant(&self) -> Result<()> {
        require!(
            self.ledger.is_within_lifetime(),
            RewardsError::ClaimAboveLifetime
        );
        Ok(())
    }

    /// Advances the event counter and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(RewardsError::from)?;
        Ok(self.event_seq)
    }
}
