//! Locks the devices of a booking that is paid in full (economics §8.6).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{booked_end, BookingInput, BookingStatus, LineInput, LineStatus},
    params::booking as params,
    units::UnixSeconds,
};
use registry::{
    program::Registry,
    state::{Config, Device, Params, ProcessorClass},
};

use crate::{
    availability::{is_available, Hire},
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, LinesLocked, StatusChange},
    state::Booking,
};

/// Caller: anyone. Works while the program is paused. Remaining accounts: device (writable), its
/// stake and its class for each of 1 to 4 lines.
#[event_cpi]
#[derive(Accounts)]
pub struct LockLines<'info> {
    pub by: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(address = STAKING_PARAMS @ BookingError::WrongStakingParams)]
    pub staking_params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl LockLines<'_> {
    /// What every device is checked against: the booking may start as late as `start_timeout` from
    /// its lock deadline.
    fn hire(&self, now: i64) -> Result<Hire<'_>> {
        let latest_start = checks::stamp(
            &self.params,
            &params::START_TIMEOUT,
            self.booking.deadline,
            now,
        )?;
        let latest_end = booked_end(UnixSeconds::new(latest_start), self.booking.minutes)
            .map_err(BookingError::from)?;
        Hire::new(&self.params, &self.staking_params, latest_end.get(), now)
    }

    /// Number of the reserved line of a device.
    fn line_of(&self, device: &Pubkey) -> Result<usize> {
        let at = self
            .booking
            .lines
            .iter()
            .position(|line| line.device == *device)
            .ok_or(BookingError::WrongDevice)?;
        let line = self
            .booking
            .lines
            .get(at)
            .ok_or(BookingError::UnknownLine)?;
        require!(
            line.status()? == LineStatus::Reserved,
            BookingError::LineNotReserved
        );
        Ok(at)
    }
}

/// Whether the device of a line can be hired.
#[inline(never)]
fn is_free_for_hire<'info>(
    device: &'info AccountInfo<'info>,
    stake: &'info AccountInfo<'info>,
    class: &'info AccountInfo<'info>,
    hire: &Hire,
) -> Result<bool> {
    let key = device.key();
    let device = Box::new(Account::<Device>::try_from(device)?);
    let class = Box::new(Account::<ProcessorClass>::try_from(class)?);
    is_available(&key, &device, stake, &class, hire)
}

/// Re-checks each device and marks it as hired by the booking, in one call to `registry`; all lines
/// locked makes the booking Paid and starts `start_timeout`. A device found unavailable, also one that
/// was never staked, locks nothing and lets the booking expire at once.
///
/// Errors: `LockAccounts`, `WrongDevice`, `LineNotReserved`, `WrongStake`, `WrongClass`,
/// `StakeUnreadable`, `LockFailed`, `WrongState`, `DeadlinePassed`.
pub fn handle_lock_lines<'info>(ctx: Context<'info, LockLines<'info>>) -> Result<()> {
    let now = checks::now()?;
    let accounts = ctx.remaining_accounts;
    let count = accounts.len().checked_div(LOCK_LINE_ACCOUNTS).unwrap_or(0);
    require!(
        (1..=MAX_LOCKS_PER_CALL).contains(&count)
            && accounts.len().checked_rem(LOCK_LINE_ACCOUNTS) == Some(0),
        BookingError::LockAccounts
    );

    let hire = ctx.accounts.hire(now)?;
    let mut lines = Vec::with_capacity(count);
    let mut unavailable = Vec::new();
    let mut devices = Vec::with_capacity(count);
    for triple in accounts.chunks_exact(LOCK_LINE_ACCOUNTS) {
        let [device, stake, class] = triple else {
            return err!(BookingError::LockAccounts);
        };
        let at = ctx.accounts.line_of(device.key)?;
        let number = u8::try_from(at).map_err(|_| BookingError::UnknownLine)?;
        require!(!lines.contains(&number), BookingError::LockAccounts);
        if !is_free_for_hire(device, stake, class, &hire)? {
            unavailable.push(number);
        }
        lines.push(number);
        devices.push(device.clone());
    }

    let booking = &mut ctx.accounts.booking;
    let (status_before, deadline, lock_failed) =
        (booking.status, booking.deadline, booking.lock_failed);
    if unavailable.is_empty() {
        for number in &lines {
            let line = booking
                .lines
                .get_mut(usize::from(*number))
                .ok_or(BookingError::UnknownLine)?;
            line.step(LineInput::Lock)?;
        }
    } else {
        lines.clear();
        booking.lock_failed = true;
    }
    let all = booking.is_locked();
    let status = booking.step(BookingInput::LockLines {
        now: UnixSeconds::new(now),
        lock_until: UnixSeconds::new(deadline),
        all,
        lock_failed,
    })?;
    if status == BookingStatus::Paid {
        booking.deadline = checks::stamp(&ctx.accounts.params, &params::START_TIMEOUT, now, now)?;
    }
    let seq = booking.next_event()?;
    booking.invariant()?;
    if !lines.is_empty() {
        let call = DeviceCall {
            caller: ctx.accounts.caller.to_account_info(),
            config: ctx.accounts.config.to_account_info(),
            event_authority: ctx.accounts.registry_event_authority.to_account_info(),
            program: ctx.accounts.registry_program.to_account_info(),
        };
        call.lock(ctx.accounts.booking.key(), devices)?;
    }

    let booking = &ctx.accounts.booking;
    emit(
        &ctx.accounts.event_authority,
        &LinesLocked {
            booking: booking.key(),
            by: ctx.accounts.by.key(),
            lines,
            unavailable,
            status: StatusChange {
                old: status_before,
                new: booking.status,
            },
            deadline: booking.deadline,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
