//! Ends a booking that was not paid or not locked in time (economics §8.5, §8.6).

use anchor_lang::prelude::*;
use ion_economics::{booking::BookingInput, units::UnixSeconds};
use registry::{program::Registry, state::Config};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, BookingCancelled, CancelReason, StatusChange, U64Change},
    state::Booking,
};

/// Caller: anyone. Works while the program is paused. Remaining accounts: the devices of all
/// hired lines (writable) in line order.
#[event_cpi]
#[derive(Accounts)]
pub struct Expire<'info> {
    pub by: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl<'info> Expire<'info> {
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

/// Ends a booking after its payment or lock deadline, or at once when a line was unavailable; frees
/// what was locked and gives back everything.
///
/// Errors: `WrongState`, `DeadlineNotPassed`, `DeviceAccounts`.
pub fn handle_expire<'info>(ctx: Context<'info, Expire<'info>>) -> Result<()> {
    let now = checks::now()?;

    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before) = (booking.status, booking.refund_due);
    let (deadline, lock_failed) = (booking.deadline, booking.lock_failed);
    booking.step(BookingInput::Expire {
        now: UnixSeconds::new(now),
        deadline: UnixSeconds::new(deadline),
        lock_failed,
    })?;
    booking.refund_all()?;
    let freed = booking.end_lines()?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free(&freed, ctx.remaining_accounts)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingCancelled {
            booking: booking.key(),
            by: ctx.accounts.by.key(),
            reason: CancelReason::Expired,
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            fees_kept: booking.fees_kept,
            freed,
            op_seq: booking.op_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
