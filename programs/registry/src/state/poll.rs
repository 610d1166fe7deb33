//! Votes on one report (economics §2.5, §13.5).

use anchor_lang::prelude::*;
use ion_economics::{
    poll::{self, PollState, Vote, VoteOutcome},
    units::UnixSeconds,
};
use ion_merkle::report::{payload_hash, ReportKind};

use crate::{constants::*, error::RegistryError, hash::ChainHasher};

/// Account at `["poll", kind, subject, seq]`. Zero-copy, fields in the order of their alignment.
#[account(zero_copy)]
#[derive(InitSpace, Debug)]
#[repr(C)]
pub struct Poll {
    /// Sequence of the report: an hour index where the kind has one.
    pub seq: u64,
    /// When a hash was attested, Unix seconds; 0 = not.
    pub attested_at: i64,
    /// When the last vote came, Unix seconds; 0 = none.
    pub last_vote_at: i64,
    /// When the poll was opened, Unix seconds.
    pub opened_at: i64,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// Who paid the rent and gets it back.
    pub payer: Pubkey,
    /// What the report is about.
    pub subject: Pubkey,
    /// The attested payload hash; zeros = none.
    pub attested_hash: [u8; 32],
    /// Payload hash each verifier votes for, by its place in the set; zeros = none.
    pub votes: [[u8; 32]; MAX_VERIFIERS],
    /// Version of the set that the votes belong to.
    pub set_version: u32,
    /// `ion_merkle::report::ReportKind`.
    pub kind: u8,
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Filler, 0.
    pub _padding: u8,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(Poll::INIT_SPACE == 5 * 8 + 3 * 32 + 20 * 32 + 4 + 4 + 32);
const _: () = assert!(core::mem::size_of::<Poll>() == Poll::INIT_SPACE);

impl Poll {
    /// Bytes of the account with its discriminator.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// State by the rule's type.
    pub fn state(&self) -> PollState {
        if self.attested_at == 0 {
            PollState::Open
        } else {
            PollState::Attested
        }
    }

    /// Checks a payload against the attested hash and returns when it was attested (Unix seconds).
    /// The hash covers kind, subject and sequence, and the identity is compared first, so a poll of
    /// another report never passes.
    ///
    /// Errors: `WrongPollIdentity`, `ReportNotAttested`, `PayloadMismatch`.
    pub fn check_payload(
        &self,
        kind: ReportKind,
        subject: &Pubkey,
        seq: u64,
        payload: &[u8],
    ) -> Result<i64> {
        require!(
            self.kind == kind as u8 && self.subject == *subject && self.seq == seq,
            RegistryError::WrongPollIdentity
        );
        require!(self.attested_at != 0, RegistryError::ReportNotAttested);
        let hash = payload_hash::<ChainHasher>(kind, &subject.to_bytes(), seq, payload);
        require!(hash == self.attested_hash, RegistryError::PayloadMismatch);
        Ok(self.attested_at)
    }

    /// Casts or moves a vote and records the attestation.
    ///
    /// Errors: `PollAttested`, `EmptyPayloadHash`, `VoteUnchanged`, `StaleVerifierSet`.
    pub(crate) fn cast(&mut self, vote: Vote, now: i64) -> Result<VoteOutcome> {
        let state = self.state();
        let outcome = poll::cast(state, &mut self.votes, self.set_version, vote)
            .map_err(RegistryError::from)?;
        self.set_version = outcome.set_version;
        self.last_vote_at = now;
        if outcome.state == PollState::Attested {
            self.attested_at = now;
            self.attested_hash = vote.hash;
        }
        Ok(outcome)
    }

    /// Since when the poll is kept: the attestation, else the last vote, else the opening.
    pub fn kept_since(&self) -> UnixSeconds {
        let since = if self.attested_at != 0 {
            self.attested_at
        } else if self.last_vote_at != 0 {
            self.last_vote_at
        } else {
            self.opened_at
        };
        UnixSeconds::new(since)
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
