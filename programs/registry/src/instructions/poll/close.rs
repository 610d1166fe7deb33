//! Returns the rent of a poll (economics §2.5, §13.5).

use anchor_lang::prelude::*;
use ion_economics::{params::registry::POLL_KEEP, poll::check_closable, units::UnixSeconds};

use crate::{
    constants::*,
    error::RegistryError,
    events::PollClosed,
    state::{Params, Poll},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct ClosePoll<'info> {
    pub cranker: Signer<'info>,

    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = params.bump)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, close = payer, has_one = payer @ RegistryError::WrongRentPayer)]
    pub poll: AccountLoader<'info, Poll>,

    /// CHECK: the payer stored in the poll (`has_one` above); receives lamports only.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

/// Closes a poll `poll_keep` after its attestation, or after its last vote or opening when nothing
/// was attested.
///
/// Errors: `PollKept`, `WrongRentPayer`.
pub fn handle_close_poll(ctx: Context<ClosePoll>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let keep = ctx.accounts.params.value(&POLL_KEEP, now);
    let event = {
        let mut poll = ctx.accounts.poll.load_mut()?;
        check_closable(poll.kept_since(), keep, UnixSeconds::new(now))
            .map_err(RegistryError::from)?;
        let seq = poll.next_event()?;
        PollClosed {
            poll: ctx.accounts.poll.key(),
            actor: ctx.accounts.cranker.key(),
            payer: poll.payer,
            kind: poll.kind,
            subject: poll.subject,
            report_seq: poll.seq,
            attested_hash: poll.attested_hash,
            attested_at: poll.attested_at,
            seq,
            at: now,
        }
    };
    emit_cpi!(event);
    Ok(())
}
