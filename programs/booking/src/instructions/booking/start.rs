//! Starts a paid booking (economics §13.6).

use anchor_lang::prelude::*;
use registry::state::{Config, Roles};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, BookingStarted, StatusChange},
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
/// Errors: `Paused`, `NotScheduler`, `WrongGroup` for one of a group, `WrongOpSeq`, `WrongState`,
/// `DeadlinePassed`.
pub fn handle_start(ctx: Context<Start>, args: StartArgs) -> Result<()> {
    let now = checks::now()?;
    checks::not_paused(&ctx.accounts.config, now)?;
    require!(
        ctx.accounts.booking.group_size() == 0,
        BookingError::WrongGroup
    );

    let booking = &mut ctx.accounts.booking;
    let status_before = booking.status;
    let seq = booking.start(args.op_seq, now)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingStarted {
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
        },
    )?;
    Ok(())
}
