//! Votes on a report (economics §2.5, §13.5).

use anchor_lang::prelude::*;
use ion_economics::poll::Vote;

use crate::{
    constants::*,
    error::RegistryError,
    events::{HashChange, ReportVoted},
    state::{Poll, VerifierSet},
};

/// Arguments of `vote_report`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct VoteReportArgs {
    /// SHA-256 over tag, kind, subject, sequence and payload, as in
    /// `ion_merkle::report::payload_hash`.
    pub payload_hash: [u8; 32],
}

/// Caller: a member of the current verifier set.
#[event_cpi]
#[derive(Accounts)]
pub struct VoteReport<'info> {
    pub verifier: Signer<'info>,

    #[account(seeds = [VERIFIERS_SEED], bump = verifiers.bump)]
    pub verifiers: Box<Account<'info, VerifierSet>>,

    /// Only `open_poll` makes accounts of this type, each at the address of its identity.
    #[account(mut)]
    pub poll: AccountLoader<'info, Poll>,
}

/// Casts or moves a vote. The first vote under a newer set clears the votes of the older one; at
/// `threshold` equal votes the hash is attested and never changes.
///
/// Errors: `UnknownVerifier`, `PollAttested`, `VoteUnchanged`, `EmptyPayloadHash`.
pub fn handle_vote_report(ctx: Context<VoteReport>, args: VoteReportArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let set = &ctx.accounts.verifiers;
    let actor = ctx.accounts.verifier.key();
    let vote = Vote {
        index: set.index_of(&actor).ok_or(RegistryError::UnknownVerifier)?,
        hash: args.payload_hash,
        set_version: set.version,
        threshold: set.threshold,
    };
    let (outcome, attested_at, seq) = {
        let mut poll = ctx.accounts.poll.load_mut()?;
        let outcome = poll.cast(vote, now)?;
        let seq = poll.next_event()?;
        (outcome, poll.attested_at, seq)
    };
    emit_cpi!(ReportVoted {
        poll: ctx.accounts.poll.key(),
        actor,
        vote: HashChange {
            old: outcome.previous,
            new: args.payload_hash,
        },
        votes: outcome.votes,
        threshold: vote.threshold,
        set_version: outcome.set_version,
        cleared: outcome.cleared,
        attested_at,
        seq,
        at: now,
    });
    Ok(())
}
