//! Opens the poll of a report (economics §2.5, §13.5).

use anchor_lang::prelude::*;
use ion_merkle::report::ReportKind;

use crate::{
    constants::*,
    error::RegistryError,
    events::PollOpened,
    state::{Poll, VerifierSet},
};

/// Arguments of `open_poll`: the identity of the report.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct OpenPollArgs {
    /// `ion_merkle::report::ReportKind`.
    pub kind: u8,
    /// What the report is about.
    pub subject: Pubkey,
    /// Sequence: an hour index where the kind has one.
    pub seq: u64,
}

/// Caller: anyone; gets the rent back when the poll is closed.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OpenPollArgs)]
pub struct OpenPoll<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(seeds = [VERIFIERS_SEED], bump = verifiers.bump)]
    pub verifiers: Box<Account<'info, VerifierSet>>,

    #[account(
        init,
        payer = payer,
        space = Poll::SPACE,
        seeds = [POLL_SEED, &[args.kind], args.subject.as_ref(), &args.seq.to_le_bytes()],
        bump,
    )]
    pub poll: AccountLoader<'info, Poll>,

    pub system_program: Program<'info, System>,
}

/// Opens a poll without votes. An identity opened again after its poll was closed serves nothing:
/// the order rules stand in the consumers.
///
/// Errors: `UnknownReportKind`.
pub fn handle_open_poll(ctx: Context<OpenPoll>, args: OpenPollArgs) -> Result<()> {
    require!(
        ReportKind::try_from(args.kind).is_ok(),
        RegistryError::UnknownReportKind
    );
    let now = Clock::get()?.unix_timestamp;
    let payer = ctx.accounts.payer.key();
    let set_version = ctx.accounts.verifiers.version;
    {
        // A new account is all zeros: no votes, nothing attested.
        let mut poll = ctx.accounts.poll.load_init()?;
        poll.seq = args.seq;
        poll.opened_at = now;
        poll.event_seq = 1;
        poll.payer = payer;
        poll.subject = args.subject;
        poll.set_version = set_version;
        poll.kind = args.kind;
        poll.version = ACCOUNT_VERSION;
        poll.bump = ctx.bumps.poll;
    }
    emit_cpi!(PollOpened {
        poll: ctx.accounts.poll.key(),
        payer,
        kind: args.kind,
        subject: args.subject,
        report_seq: args.seq,
        set_version,
        seq: 1,
        at: now,
    });
    Ok(())
}
