//! Disputes a work record (economics §8.7).

use anchor_lang::prelude::*;
use ion_economics::{booking::RecordInput, params::booking as params, units::UnixSeconds};
use registry::state::Params;

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, RecordChallenged, StatusChange},
    state::{Booking, WorkRecord},
};

/// Arguments of `challenge`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ChallengeArgs {
    /// Hash of what the renter shows for it.
    pub evidence: [u8; 32],
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the renter. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct Challenge<'info> {
    pub renter: Signer<'info>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, has_one = renter @ BookingError::NotRenter)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, has_one = booking @ BookingError::WrongRecordBooking)]
    pub record: Box<Account<'info, WorkRecord>>,
}

/// Stops the pay of a record until the arbiter ruled or its time to rule is over; the records after
/// it are not touched. A record that pays nothing, or was paid, has nothing to dispute.
///
/// Errors: `NotRenter`, `WrongOpSeq`, `WrongRecordBooking`, `AlreadyEarned`, `WrongState`,
/// `DeadlinePassed`, `TooManyLostChallenges`.
pub fn handle_challenge(ctx: Context<Challenge>, args: ChallengeArgs) -> Result<()> {
    let now = checks::now()?;
    let most_lost = u8::try_from(ctx.accounts.params.value(&params::MAX_LOST_CHALLENGES, now))
        .map_err(|_| BookingError::CorruptState)?;
    let ruling_until = checks::stamp(&ctx.accounts.params, &params::CHALLENGE_RULING, now, now)?;

    let booking = &mut ctx.accounts.booking;
    booking.admit(args.op_seq)?;
    let record = &mut ctx.accounts.record;
    require!(!record.is_all_earned(), BookingError::AlreadyEarned);
    let status_before = record.status;
    let challenge_until = record.challenge_until;
    record.step(RecordInput::Challenge {
        now: UnixSeconds::new(now),
        challenge_until: UnixSeconds::new(challenge_until),
        lost: booking.lost_challenges,
        most_lost,
    })?;
    record.ruling_until = ruling_until;
    let record_event_seq = record.next_event()?;
    let seq = booking.next_event()?; // no amount of the booking changes

    let record = &ctx.accounts.record;
    emit(
        &ctx.accounts.event_authority,
        &RecordChallenged {
            record: record.key(),
            booking: record.booking,
            record_seq: record.seq,
            renter: ctx.accounts.renter.key(),
            evidence: args.evidence,
            status: StatusChange {
                old: status_before,
                new: record.status,
            },
            ruling_until,
            op_seq: args.op_seq,
            record_event_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
