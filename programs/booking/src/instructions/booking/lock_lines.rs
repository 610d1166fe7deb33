//! Locks the devices of a booking that is paid in full (economics §8.6).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{booked_end, BookingInput, BookingStatus, LineInput, LineStatus},
    params::booking as params,
    units::{UnixSeconds, HOUR},
};
use registry::{
    program::Registry,
    state::{Config, Device, Params, ProcessorClass},
};
use staking::state::{is_stake_sufficient, DeviceStake};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{LinesLocked, StatusChange},
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

/// What a device is checked against.
struct Lock {
    now: i64,
    /// Latest moment the booking can end.
    latest_end: i64,
    onboarding_s: i64,
}

impl LockLines<'_> {
    fn lock(&self, now: i64) -> Result<Lock> {
        let latest_start = checks::stamp(
            &self.params,
            &params::START_TIMEOUT,
            self.booking.deadline,
            now,
        )?;
        let latest_end = booked_end(UnixSeconds::new(latest_start), self.booking.minutes)
            .map_err(BookingError::from)?;
        let onboarding_s = self
            .params
            .value(&params::ONBOARDING_HOURS, now)
            .checked_mul(HOUR)
            .ok_or(BookingError::MathOverflow)?;
        Ok(Lock {
            now,
            latest_end: latest_end.get(),
            onboarding_s,
        })
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

    /// Whether the device can be hired now: up, not hired, onboarded long enough, open until the end,
    /// full stake, owner not leaving.
    #[inline(never)]
    fn is_available<'info>(
        &self,
        device: &'info AccountInfo<'info>,
        stake: &'info AccountInfo<'info>,
        class: &'info AccountInfo<'info>,
        lock: &Lock,
    ) -> Result<bool> {
        let key = device.key();
        let device = Box::new(Account::<Device>::try_from(device)?);
        let stake = Box::new(Account::<DeviceStake>::try_from(stake)?);
        let class = Box::new(Account::<ProcessorClass>::try_from(class)?);
        require_keys_eq!(stake.device, key, BookingError::WrongStake);
        require_eq!(class.id, device.class, BookingError::WrongClass);
        let hireable_at = device
            .onboarded_at
            .checked_add(lock.onboarding_s)
            .ok_or(BookingError::MathOverflow)?;
        let is_staked =
            is_stake_sufficient(&stake, &device, &class, &self.staking_params, lock.now)
                .map_err(|_| BookingError::StakeUnreadable)?;
        Ok(device.is_free()
            && device.onboarded_at != 0
            && lock.now >= hireable_at
            && (device.open_until == 0 || lock.latest_end <= device.open_until)
            && stake.cooling_io == 0
            && is_staked)
    }
}

/// Re-checks each device and marks it as hired by the booking, in one call to `registry`; all lines
/// locked makes the booking Paid and starts `start_timeout`. A device found unavailable locks
/// nothing and lets the booking expire at once.
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

    let lock = ctx.accounts.lock(now)?;
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
        if !ctx.accounts.is_available(device, stake, class, &lock)? {
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
    emit_cpi!(LinesLocked {
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
    });
    Ok(())
}
