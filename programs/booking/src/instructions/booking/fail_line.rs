//! Ends a faulty line that nobody replaced (economics §8.5, §8.6).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{BookingInput, BookingStatus},
    params::booking as params,
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
    events::{emit, LineFailed, StatusChange, TimeChange, U64Change},
    state::Booking,
};

/// Arguments of `fail_line`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FailLineArgs {
    /// Number of the line.
    pub line: u8,
}

/// Caller: anyone. Works while the program is paused. Remaining accounts: when the booking ends with
/// the line, the devices of all hired lines (writable) in line order; else none.
#[event_cpi]
#[derive(Accounts)]
pub struct FailLine<'info> {
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

impl<'info> FailLine<'info> {
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

/// Fails a line once it can no longer be replaced: its refund is credited at once, its supplier is
/// paid for the kept minutes by the records. With the head line, one of a gang, or the last line the
/// booking ends now and its other lines with it.
///
/// Errors: `UnknownLine`, `WrongState`, `DeadlineNotPassed`, `DeviceAccounts`.
pub fn handle_fail_line<'info>(
    ctx: Context<'info, FailLine<'info>>,
    args: FailLineArgs,
) -> Result<()> {
    let now = checks::now()?;
    let most = ctx.accounts.params.value(&params::MAX_FAILOVER, now);

    let booking = &mut ctx.accounts.booking;
    let (status_before, refund_before, end_before) =
        (booking.status, booking.refund_due, booking.ends_at);
    let line_before = booking.line(args.line)?.status;
    let is_over = booking.fail_line(args.line, most, now)?;
    let mut freed = Vec::new();
    if booking.step(BookingInput::FailLine { is_over })? == BookingStatus::Closing {
        booking.ends_at = now.min(end_before); // min: the booked end may have passed already
        booking.deadline = checks::stamp(
            &ctx.accounts.params,
            &params::FINAL_RECORD_DEADLINE,
            booking.ends_at,
            now,
        )?;
        freed = booking.end_lines()?;
    }
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free(&freed, ctx.remaining_accounts)?;

    let booking = &ctx.accounts.booking;
    let line = booking.line(args.line)?;
    emit(
        &ctx.accounts.event_authority,
        &LineFailed {
            booking: booking.key(),
            line: args.line,
            device: line.device,
            refunded: line.refunded,
            vault_part: line.vault_part,
            line_status: StatusChange {
                old: line_before,
                new: line.status,
            },
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            ends_at: TimeChange {
                old: end_before,
                new: booking.ends_at,
            },
            deadline: booking.deadline,
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            freed,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
