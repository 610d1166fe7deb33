//! A dated exemption of one device from eligibility rules (economics §1.6, §7.2).

use anchor_lang::prelude::*;
use ion_economics::{exemption, units::UnixSeconds};

use crate::error::RegistryError;

/// Account at `["exempt", device]`; one per device at a time.
#[account]
#[derive(InitSpace, Debug)]
pub struct Exemption {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Number of the grant, counted by the configuration; outlives this account.
    pub id: u64,
    /// Account of the device.
    pub target: Pubkey,
    /// Who paid the rent and gets it back.
    pub payer: Pubkey,
    /// Key that granted it.
    pub grantor: Pubkey,
    /// Rules the device is exempt from, bits of `ion_economics::exemption`.
    pub flags: u32,
    /// When it was granted, Unix seconds.
    pub granted_at: i64,
    /// First second, Unix seconds.
    pub starts_at: i64,
    /// Last second, Unix seconds.
    pub ends_at: i64,
    /// When it was cancelled, Unix seconds; 0 = not.
    pub cancelled_at: i64,
    /// SHA-256 of the published reason.
    pub reason_hash: [u8; 32],
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(Exemption::INIT_SPACE == 2 + 8 + 3 * 32 + 4 + 8 + 8 + 8 + 8 + 32 + 8 + 32);

impl Exemption {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// As the rule's type.
    pub fn to_rule(&self) -> exemption::Exemption {
        exemption::Exemption {
            flags: self.flags,
            starts_at: UnixSeconds::new(self.starts_at),
            ends_at: UnixSeconds::new(self.ends_at),
            cancelled_at: (self.cancelled_at != 0).then(|| UnixSeconds::new(self.cancelled_at)),
        }
    }

    /// Advances the event counter and returns the new number.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = self
            .event_seq
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(self.event_seq)
    }
}
