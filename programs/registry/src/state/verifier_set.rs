//! The m-of-n set that attests reports (economics §2.5).

use anchor_lang::prelude::*;
use ion_economics::poll;

use crate::{constants::*, error::RegistryError};

/// Singleton at `["verifiers"]`.
#[account]
#[derive(InitSpace, Debug)]
pub struct VerifierSet {
    /// Layout version.
    pub version_of_layout: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Keys of the members in `0..count`, then default keys. A member's place is its slot in polls.
    pub keys: [Pubkey; MAX_VERIFIERS],
    /// Members.
    pub count: u8,
    /// Votes needed, above half of `count`.
    pub threshold: u8,
    /// Number of this set; each replacement adds one.
    pub version: u32,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(VerifierSet::INIT_SPACE == 1 + 1 + 20 * 32 + 1 + 1 + 4 + 8 + 32);

impl VerifierSet {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// The members in their order.
    pub fn members(&self) -> &[Pubkey] {
        self.keys.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Place of a member; `None` for a stranger.
    pub fn index_of(&self, key: &Pubkey) -> Option<usize> {
        self.members().iter().position(|member| member == key)
    }

    /// Checks keys and threshold of a set: 3 to 20 distinct keys, threshold above half.
    ///
    /// Errors: `InvalidVerifierSet`, `EmptyKey`, `DuplicateVerifier`.
    pub(crate) fn check(keys: &[Pubkey], threshold: u8) -> Result<()> {
        require!(
            poll::is_valid_set(keys.len(), threshold),
            RegistryError::InvalidVerifierSet
        );
        for (place, key) in keys.iter().enumerate() {
            require_keys_neq!(*key, Pubkey::default(), RegistryError::EmptyKey);
            let earlier = keys.iter().take(place);
            require!(
                earlier.into_iter().all(|other| other != key),
                RegistryError::DuplicateVerifier
            );
        }
        Ok(())
    }

    /// Members as stored, padded with default keys.
    pub(crate) fn pad(keys: &[Pubkey]) -> [Pubkey; MAX_VERIFIERS] {
        let mut padded = [Pubkey::default(); MAX_VERIFIERS];
        for (slot, key) in padded.iter_mut().zip(keys) {
            *slot = *key;
        }
        padded
    }

    /// Replaces the set; polls that are open start over with the next vote.
    ///
    /// Errors: as [`Self::check`]; `ArithmeticOverflow`.
    pub(crate) fn replace(&mut self, keys: &[Pubkey], threshold: u8) -> Result<()> {
        Self::check(keys, threshold)?;
        self.keys = Self::pad(keys);
        self.count = u8::try_from(keys.len()).map_err(|_| RegistryError::InvalidVerifierSet)?;
        self.threshold = threshold;
        self.version = self
            .version
            .checked_add(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
        Ok(())
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
