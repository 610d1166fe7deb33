//! Events of polls.

use anchor_lang::prelude::*;

use super::HashChange;

/// A poll was opened.
#[event]
#[derive(Clone, Debug)]
pub struct PollOpened {
    /// The poll.
    pub poll: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// `ion_merkle::report::ReportKind`.
    pub kind: u8,
    /// What the report is about.
    pub subject: Pubkey,
    /// Sequence of the report.
    pub report_seq: u64,
    /// Version of the verifier set.
    pub set_version: u32,
    /// Event number of the poll.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A verifier voted or moved its vote.
#[event]
#[derive(Clone, Debug)]
pub struct ReportVoted {
    /// The poll.
    pub poll: Pubkey,
    /// The verifier.
    pub actor: Pubkey,
    /// Payload hash it voted for; zeros before its first vote.
    pub vote: HashChange,
    /// Verifiers that now vote for the same hash.
    pub votes: u8,
    /// Votes needed.
    pub threshold: u8,
    /// Version of the verifier set.
    pub set_version: u32,
    /// Whether votes of an older set were cleared.
    pub cleared: bool,
    /// When the hash was attested, Unix seconds; 0 = not yet.
    pub attested_at: i64,
    /// Event number of the poll.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A poll was closed.
#[event]
#[derive(Clone, Debug)]
pub struct PollClosed {
    /// The poll.
    pub poll: Pubkey,
    /// Who closed it.
    pub actor: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// `ion_merkle::report::ReportKind`.
    pub kind: u8,
    /// What the report was about.
    pub subject: Pubkey,
    /// Sequence of the report.
    pub report_seq: u64,
    /// The attested hash; zeros = never attested.
    pub attested_hash: [u8; 32],
    /// When it was attested, Unix seconds; 0 = never.
    pub attested_at: i64,
    /// Event number of the poll.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
