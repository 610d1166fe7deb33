//! Replaces a faulty line by a free device of the same kind (economics §8.6).

use anchor_lang::prelude::*;
use ion_economics::{
    booking::{BookingInput, Stamp},
    params::booking as params,
};
use registry::{
    program::Registry,
    state::{Config, Device, Params, ProcessorClass, Roles},
};

use crate::{
    availability::{is_available, Hire},
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, LineReplaced, StatusChange, U64Change},
    state::{grow, Booking},
};

/// Arguments of `failover`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct FailoverArgs {
    /// Number of the faulty line.
    pub line: u8,
    /// Next operation of the booking.
    pub op_seq: u32,
}

/// Caller: the scheduler; pays the rent of the line and gets it back at close.
#[event_cpi]
#[derive(Accounts)]
pub struct Failover<'info> {
    #[account(mut, address = roles.scheduler.current @ BookingError::NotScheduler)]
    pub scheduler: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(address = STAKING_PARAMS @ BookingError::WrongStakingParams)]
    pub staking_params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut)]
    pub device: Box<Account<'info, Device>>,

    /// CHECK: address and type in `availability::is_available`.
    pub stake: UncheckedAccount<'info>,

    #[account(constraint = class.id == device.class @ BookingError::WrongClass)]
    pub class: Box<Account<'info, ProcessorClass>>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
    pub system_program: Program<'info, System>,
}

impl<'info> Failover<'info> {
    /// Same class and size as the line, at most its rate, in no line of the booking, and free.
    fn validate(&self, args: &FailoverArgs, now: i64) -> Result<()> {
        checks::not_paused(&self.config, now)?;
        let line = self.booking.line(args.line)?;
        let device = &self.device;
        require!(
            device.class == line.class && device.qty == line.qty,
            BookingError::WrongReplacement
        );
        // mode Ide: the rate is that of the class, and no price is read
        require!(
            self.booking.stamp == Stamp::Ide as u8
                || (device.ask_usd_micros > 0
                    && device.ask_usd_micros >= self.class.floor_price_usd_micros
                    && device.ask_usd_micros <= line.rate_usd_micros),
            BookingError::WrongReplacement
        );
        require!(
            self.booking
                .lines
                .iter()
                .all(|line| line.device != device.key()),
            BookingError::DuplicateDevice
        );
        let hire = Hire::new(
            &self.params,
            &self.staking_params,
            self.booking.ends_at,
            now,
        )?;
        require!(
            is_available(&device.key(), device, &self.stake, &self.class, &hire)?,
            BookingError::ReplacementUnavailable
        );
        Ok(())
    }

    fn lock(&self) -> Result<()> {
        let call = DeviceCall {
            caller: self.caller.to_account_info(),
            config: self.config.to_account_info(),
            event_authority: self.registry_event_authority.to_account_info(),
            program: self.registry_program.to_account_info(),
        };
        call.lock(self.booking.key(), vec![self.device.to_account_info()])
    }
}

/// Hands the remaining minutes of a faulty line to a free device, at the price paid for them; the
/// failed line's refund is credited at once.
///
/// Errors: `Paused`, `NotScheduler`, `WrongOpSeq`, `UnknownLine`, `WrongState`, `DeadlinePassed`
/// after the grace, `NotReplaceable`, `WrongReplacement`, `DuplicateDevice`, `WrongClass`,
/// `WrongStake`, `StakeUnreadable`, `ReplacementUnavailable`.
pub fn handle_failover<'info>(
    ctx: Context<'info, Failover<'info>>,
    args: FailoverArgs,
) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate(&args, now)?;
    let most = ctx.accounts.params.value(&params::MAX_FAILOVER, now);
    let device = ctx.accounts.device.key();

    let booking = &mut ctx.accounts.booking;
    let (refund_before, rent_before) = (booking.refund_due, booking.failover_rent);
    let line_before = booking.line(args.line)?.status;
    booking.admit(args.op_seq)?;
    booking.step(BookingInput::Fault)?;
    let replacement = booking.replace_line(args.line, device, most, now)?;
    ctx.accounts.lock()?;
    let lamports_before = ctx.accounts.booking.to_account_info().lamports();
    grow(
        &ctx.accounts.booking,
        &ctx.accounts.scheduler,
        &ctx.accounts.system_program,
    )?;
    let paid = ctx
        .accounts
        .booking
        .to_account_info()
        .lamports()
        .checked_sub(lamports_before)
        .ok_or(BookingError::MathOverflow)?;
    let booking = &mut ctx.accounts.booking;
    booking.failover_rent = booking
        .failover_rent
        .checked_add(paid)
        .ok_or(BookingError::MathOverflow)?;
    let seq = booking.next_event()?;
    booking.invariant()?;

    let booking = &ctx.accounts.booking;
    let line = booking.line(args.line)?;
    let new = booking.line(replacement)?;
    let bought = new.segments.first().ok_or(BookingError::CorruptState)?;
    emit(
        &ctx.accounts.event_authority,
        &LineReplaced {
            booking: booking.key(),
            line: args.line,
            replacement,
            device,
            minutes: bought.minutes,
            moved: line.moved,
            reservation: new.reservation,
            hire_q_usd_micros: bought.hire_q_usd_micros,
            refunded: line.refunded,
            vault_part: line.vault_part,
            line_status: StatusChange {
                old: line_before,
                new: line.status,
            },
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            rent: U64Change {
                old: rent_before,
                new: booking.failover_rent,
            },
            by: ctx.accounts.scheduler.key(),
            op_seq: args.op_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
