//! Checks that no single account expresses.

use anchor_lang::{prelude::*, Bumps};

use ion_merkle::report::ReportKind;
use registry::state::Poll;

use crate::error::RewardsError;

/// Refuses accounts after the declared ones.
///
/// Errors: `UnexpectedAccounts`.
pub(crate) fn no_extra_accounts<T: Bumps>(ctx: &Context<T>) -> Result<()> {
    require!(
        ctx.remaining_accounts.is_empty(),
        RewardsError::UnexpectedAccounts
    );
    Ok(())
}

/// Checks that a poll attests this payload; returns (when it was attested, attested hash).
///
/// Errors: `WrongReport`, `ReportNotAttested`, `WrongPayload`.
pub(crate) fn attested(
    poll: &Poll,
    kind: ReportKind,
    subject: &Pubkey,
    seq: u64,
    payload: &[u8],
) -> Result<(i64, [u8; 32])> {
    require!(
        poll.kind == kind.to_u8() && poll.subject == *subject && poll.seq == seq,
        RewardsError::WrongReport
    );
    require!(poll.attested_at != 0, RewardsError::ReportNotAttested);
    let attested_at = poll
        .check_payload(kind, subject, seq, payload)
        .map_err(|_| RewardsError::WrongPayload)?;
    Ok((attested_at, poll.attested_hash))
}
