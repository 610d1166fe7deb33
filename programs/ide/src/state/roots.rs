//! The accepted payout roots and the record of a leaf (economics §7.5, §10.5).

use anchor_lang::prelude::*;
use ion_claims::{Ledger, Ring};
use ion_economics::math;

use crate::error::IdeError;

/// Singleton at `["roots"]`: the ring of payout roots; its address is the key of their leaves.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct RootRing {
    /// The roots.
    pub ring: Ring,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// For later fields.
    pub _reserved: [u8; 62],
}

const _: () = assert!(RootRing::INIT_SPACE == Ring::INIT_SPACE + 8 + 2 + 62);
const _: () = assert!(core::mem::size_of::<RootRing>() == RootRing::INIT_SPACE);

impl RootRing {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = RootRing::DISCRIMINATOR.len() + RootRing::INIT_SPACE;

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}

/// Account at `["claim", device, party]`. Permanent.
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
    /// What the leaf said, and what was claimed, held and burned.
    pub ledger: Ledger,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(ClaimRecord::INIT_SPACE == 2 + 2 * 32 + Ledger::INIT_SPACE + 8 + 32);

impl ClaimRecord {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = ClaimRecord::DISCRIMINATOR.len() + ClaimRecord::INIT_SPACE;

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(IdeError::from)?;
        Ok(self.event_seq)
    }
}
