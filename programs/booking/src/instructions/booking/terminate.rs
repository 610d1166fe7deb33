//! Ends a running booking before its booked end, by its renter (economics §8.5).

use anchor_lang::prelude::*;
use ion_economics::{booking::BookingInput, params::booking as params, units::UnixSeconds};
use registry::{
    program::Registry,
    state::{Config, Params},
};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, BookingEnded, StatusChange, TimeChange, U64Change},
    state::Booking,
};

/// Arguments of `terminate`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct TerminateArgs {
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the renter. Works while the program is paused. Remaining accounts: the devices of all
/// hired lines (writable) in line order.
#[event_cpi]
#[derive(Accounts)]
pub struct Terminate<'info> {
    pub renter: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, has_one = renter @ BookingError::NotRenter)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl<'info> Terminate<'info> {
    fn free(&self, devices: &[Pubkey], accounts: &[AccountInfo<'info>]) -> Result<()> {
        let call = DeviceCall {
            caller: self.caller.to_account_info(),
            config: self.config.to_account_info(),
            event_authority: self.registry_event_authority.to_account_info(),
            program: self.registry_program.to_account_info(),
        };
        call.unlock(self.booking.key(), devices, accounts)
    }
}

/// Ends the booking now and frees its devices; the final record bills it. A line that was failing has
/// failed, and its refund is credited.
///
/// Errors: `NotRenter`, `WrongOpSeq`, `WrongState`, `DeadlinePassed` from the booked end on,
/// `DeviceAccounts`.
pub fn handle_terminate<'info>(
    ctx: Context<'info, Terminate<'info>>,
    args: TerminateArgs,
) -> Result<()> {
    let now = checks::now()?;

    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before, booked_end) =
        (booking.status, booking.refund_due, booking.ends_at);
    booking.admit(args.op_seq)?;
    booking.step(BookingInput::Terminate {
        now: UnixSeconds::new(now),
        ends_at: UnixSeconds::new(booked_end),
    })?;
    booking.ends_at = now;
    booking.deadline = checks::stamp(
        &ctx.accounts.params,
        &params::FINAL_RECORD_DEADLINE,
        now,
        now,
    )?;
    let freed = booking.end_lines()?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free(&freed, ctx.remaining_accounts)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingEnded {
            booking: booking.key(),
            by: ctx.accounts.renter.key(),
            is_terminated: true,
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            ends_at: TimeChange {
                old: booked_end,
                new: booking.ends_at,
            },
            deadline: booking.deadline,
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            freed,
            op_seq: booking.op_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
