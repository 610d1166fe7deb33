//! What one party earned with one device, second layout.

use anchor_lang::prelude::*;
use ion_claims::Ledger;
use ion_economics::math;

use super::v1;
use crate::error::RewardsError;

/// Layout version of claim records from the upgrade on.
pub const CLAIM_RECORD_VERSION: u8 = 2;

/// Account at `["claim", device, party]`. The fields of the first layout stand where they stood, so a
/// program that knows only that one goes on reading it.
#[account]
#[derive(InitSpace, Debug)]
pub struct ClaimRecord {
    /// Layout version, [`CLAIM_RECORD_VERSION`].
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
    /// Time of the last event, Unix seconds; that of the migration for older ones.
    pub last_event_at: i64,
    /// For later fields.
    pub _reserved_more: [u8; 56],
}

const _: () = assert!(ClaimRecord::INIT_SPACE == v1::ClaimRecord::INIT_SPACE + 8 + 56);

impl ClaimRecord {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = ClaimRecord::DISCRIMINATOR.len() + ClaimRecord::INIT_SPACE;

    /// The same record in this layout.
    pub(crate) fn from_v1(old: &v1::ClaimRecord, now: i64) -> Self {
        Self {
            version: CLAIM_RECORD_VERSION,
            bump: old.bump,
            device: old.device,
            party: old.party,
            ledger: old.ledger,
            event_seq: old.event_seq,
            _reserved: old._reserved,
            last_event_at: now,
            _reserved_more: [0; 56],
        }
    }

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

    /// Advances the event counter, notes the time and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(RewardsError::from)?;
        self.last_event_at = Clock::get()?.unix_timestamp;
        Ok(self.event_seq)
    }
}
