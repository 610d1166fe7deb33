//! Starts a paid booking (economics §13.6).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{booked_end, BookingInput},
    units::UnixSeconds,
};
use registry::state::{Config, Roles};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{BookingStarted, StatusChange},
    state::Booking,
};

/// Arguments of `start`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct StartArgs {
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the scheduler.
#[event_cpi]
#[derive(Accounts)]
pub struct Start<'info> {
    #[account(address = roles.scheduler.current @ BookingError::NotScheduler)]
    pub scheduler: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,
}

/// Starts the minutes of a booking whose devices are all locked.
///
/// Errors: `Paused`, `NotScheduler`, `WrongOpSeq`, `WrongState`, `DeadlinePassed`.
pub fn handle_start(ctx: Context<Start>, args: StartArgs) -> Result<()> {
    let now = checks::now()?;
    checks::not_paused(&ctx.accounts.config, now)?;

    let booking = &mut ctx.accounts.booking;
    let (status_before, start_by) = (booking.status, booking.deadline);
    booking.admit(args.op_seq)?;
    booking.step(BookingInput::Start {
        now: UnixSeconds::new(now),
        start_by: UnixSeconds::new(start_by),
    })?;
    booking.started_at = now;
    booking.ends_at = booked_end(UnixSeconds::new(now), booking.minutes)
        .map_err(BookingError::from)?
        .get();
    booking.deadline = booking.ends_at;
    let seq = booking.next_event()?;
    booking.invariant()?;

    let booking = &ctx.accounts.booking;
    emit_cpi!(BookingStarted {
        booking: booking.key(),
        by: ctx.accounts.scheduler.key(),
        status: StatusChange {
            old: status_before,
            new: booking.status,
        },
        ends_at: booking.ends_at,
        op_seq: args.op_seq,
        seq,
        at: now,
    });
    Ok(())
}
