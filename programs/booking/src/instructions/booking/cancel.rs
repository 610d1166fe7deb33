//! Cancels a booking before its start, by its renter (economics §8.5, §13.6).

use anchor_lang::prelude::*;
use ion_economics::booking::{BookingInput, BookingStatus};
use registry::{program::Registry, state::Config};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, BookingCancelled, CancelReason, StatusChange, U64Change},
    state::Booking,
};

/// Arguments of `cancel`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CancelArgs {
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the renter. Works while the program is paused. Remaining accounts: the devices of all
/// hired lines (writable) in line order.
#[event_cpi]
#[derive(Accounts)]
pub struct Cancel<'info> {
    pub renter: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut, has_one = renter @ BookingError::NotRenter)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl<'info> Cancel<'info> {
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

/// Ends a booking before its start. Unpaid, part paid or not yet locked: everything goes back. Paid:
/// compute and payment fee go back, the reservation fee stays unless the start is overdue.
///
/// Errors: `NotRenter`, `WrongOpSeq`, `WrongState`, `DeviceAccounts`.
pub fn handle_cancel<'info>(ctx: Context<'info, Cancel<'info>>, args: CancelArgs) -> Result<()> {
    let now = checks::now()?;

    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before) = (booking.status, booking.refund_due);
    booking.admit(args.op_seq)?;
    let start_by = booking.deadline;
    // Not started in time: the renter keeps what anybody's `cancel_unstarted` would give back.
    if booking.step(BookingInput::Cancel)? == BookingStatus::Cancelled && now <= start_by {
        booking.refund_cancelled()?;
    } else {
        booking.refund_all()?;
    }
    let freed = booking.end_lines()?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free(&freed, ctx.remaining_accounts)?;

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &BookingCancelled {
            booking: booking.key(),
            by: ctx.accounts.renter.key(),
            reason: CancelReason::Renter,
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
