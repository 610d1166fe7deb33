//! Ends a booking at its booked end, and settles one without a final record (economics §8.5).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{BookingInput, BookingStatus},
    params::booking as params,
    units::UnixSeconds,
};
use registry::{
    program::Registry,
    state::{Config, Params},
};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, BookingBilledUnreported, BookingEnded, StatusChange, TimeChange, U64Change},
    state::Booking,
};

/// Caller: anyone. Works while the program is paused. Remaining accounts: the devices of all
/// hired lines (writable) in line order.
#[event_cpi]
#[derive(Accounts)]
pub struct End<'info> {
    pub by: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl<'info> End<'info> {
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

/// A running booking at or after its booked end: frees the devices, fails what was failing, and waits
/// for the final record. A
/// closing one after `final_record_deadline`: bills the last accepted record; the remaining accounts
/// are then empty.
///
/// Errors: `WrongState`, `DeadlineNotPassed`, `DeviceAccounts`.
pub fn handle_end<'info>(ctx: Context<'info, End<'info>>) -> Result<()> {
    let now = checks::now()?;
    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before, ends_at) =
        (booking.status, booking.refund_due, booking.ends_at);
    let is_closing = booking.status()? == BookingStatus::Closing;
    if is_closing {
        let final_record_until = booking.deadline;
        booking.step(BookingInput::EndUnreported {
            now: UnixSeconds::new(now),
            final_record_until: UnixSeconds::new(final_record_until),
        })?;
        booking.bill_unreported()?;
    } else {
        booking.step(BookingInput::End {
            now: UnixSeconds::new(now),
            ends_at: UnixSeconds::new(ends_at),
        })?;
        booking.deadline = checks::stamp(
            &ctx.accounts.params,
            &params::FINAL_RECORD_DEADLINE,
            ends_at,
            now,
        )?;
    }
    let freed = booking.end_lines()?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free(&freed, ctx.remaining_accounts)?;

    let booking = &ctx.accounts.booking;
    let status = StatusChange {
        old: status_before,
        new: booking.status,
    };
    if is_closing {
        emit(
            &ctx.accounts.event_authority,
            &BookingBilledUnreported {
                booking: booking.key(),
                by: ctx.accounts.by.key(),
                status,
                billed: booking.sum(|line| line.billed)?,
                refund_due: U64Change {
                    old: refund_before,
                    new: booking.refund_due,
                },
                fees_kept: booking.fees_kept,
                seq,
                at: now,
            },
        )?;
    } else {
        emit(
            &ctx.accounts.event_authority,
            &BookingEnded {
                booking: booking.key(),
                by: ctx.accounts.by.key(),
                is_terminated: false,
                status,
                ends_at: TimeChange {
                    old: ends_at,
                    new: ends_at,
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
    }
    Ok(())
}
