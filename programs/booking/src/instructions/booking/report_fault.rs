//! Accepts an attested fault of one line (economics §2.5, §8.5).

use anchor_lang::prelude::*;
use ion_economics::{
    billing::FaultMinutes,
    booking::{run_minutes, BookingInput, LineInput},
    units::UnixSeconds,
};
use ion_merkle::fault::{FaultKind, FaultReport};
use registry::{
    program::Registry,
    state::{Config, Params, Poll},
};

use crate::{
    checks,
    constants::*,
    devices::DeviceCall,
    error::BookingError,
    events::{emit, FaultReported, StatusChange},
    state::Booking,
};

/// Arguments of `report_fault`: the attested report; device and renter are those of the booking.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ReportFaultArgs {
    /// Sequence of the report, above that of the last one accepted.
    pub fault_seq: u64,
    /// Number of the line.
    pub line: u8,
    /// 1 outage, 2 misconduct.
    pub kind: u8,
    /// First missed minute, Unix seconds.
    pub fault_at: i64,
    /// Minutes of the line served at the fault.
    pub served_minutes: u32,
    /// Minutes served at the last completed 24 h boundary before the fault.
    pub kept_minutes: u32,
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
}

/// Caller: anyone. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ReportFaultArgs)]
pub struct ReportFault<'info> {
    pub by: Signer<'info>,

    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    pub poll: AccountLoader<'info, Poll>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    /// CHECK: the device of the line; registry reads and writes it.
    #[account(mut, address = booking.line(args.line)?.device @ BookingError::WrongDevice)]
    pub device: UncheckedAccount<'info>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: registry itself checks its event authority.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, Registry>,
}

impl ReportFault<'_> {
    /// The report is attested for this booking, its line, device and renter, is fresh, and was not
    /// used.
    fn prove(&self, args: &ReportFaultArgs, now: i64) -> Result<()> {
        require!(
            args.fault_seq > self.booking.last_fault_seq,
            BookingError::FaultSeqUsed
        );
        require!(
            FaultKind::from_u8(args.kind).is_some(),
            BookingError::UnknownFault
        );
        let report = FaultReport {
            line: args.line,
            kind: args.kind,
            fault_at: args.fault_at,
            renter: self.booking.renter.to_bytes(),
            served: args.served_minutes,
            kept: args.kept_minutes,
            device: self.device.key().to_bytes(),
            bundle: args.bundle,
        };
        checks::attested_fault_report(
            &*self.poll.load()?,
            &self.booking.key(),
            args.fault_seq,
            &report,
            &self.params,
            now,
        )
    }

    /// Time and minutes of the report stand within those of the line; returns the seconds from the
    /// start of the booking to the fault.
    fn check_minutes(&self, args: &ReportFaultArgs, now: i64) -> Result<u32> {
        let booking = &self.booking;
        let line = booking.line(args.line)?;
        let (start, end) = (booking.line_start(line)?, booking.line_end(line)?);
        let fault_at = UnixSeconds::new(args.fault_at);
        require!(
            start <= fault_at && fault_at < end && args.fault_at <= now,
            BookingError::FaultTime
        );
        let boundary = booking
            .record_clock()?
            .boundary_before(fault_at)
            .map_err(BookingError::from)?;
        FaultMinutes {
            recorded: line.recorded_minutes,
            kept: args.kept_minutes,
            served: args.served_minutes,
            hired: line.segments()?.hired().map_err(BookingError::from)?,
            elapsed: run_minutes(start, fault_at).map_err(BookingError::from)?,
            at_boundary: run_minutes(start, boundary).map_err(BookingError::from)?,
        }
        .check()
        .map_err(BookingError::from)?;
        args.fault_at
            .checked_sub(booking.started_at)
            .and_then(|seconds| u32::try_from(seconds).ok())
            .ok_or_else(|| error!(BookingError::MathOverflow))
    }

    fn free(&self) -> Result<()> {
        let call = DeviceCall {
            caller: self.caller.to_account_info(),
            config: self.config.to_account_info(),
            event_authority: self.registry_event_authority.to_account_info(),
            program: self.registry_program.to_account_info(),
        };
        call.unlock(
            self.booking.key(),
            &[self.device.key()],
            &[self.device.to_account_info()],
        )
    }
}

/// Stores the fault and frees the device; the line is replaced by `failover` or ended by
/// `fail_line`.
///
/// Errors: `FaultSeqUsed`, `UnknownFault`, `UnknownLine`, `WrongDevice`, `WrongReport`,
/// `ReportNotAttested`, `WrongPayload`, `ReportExpired`, `WrongState`, `FaultTime`, `MinutesFell`,
/// `MinutesAboveHired`.
pub fn handle_report_fault(ctx: Context<ReportFault>, args: ReportFaultArgs) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.prove(&args, now)?;

    let booking = &mut ctx.accounts.booking;
    booking.step(BookingInput::Fault)?;
    let line = booking.line_mut(args.line)?;
    let line_before = line.status;
    line.step(LineInput::Fault)?;
    let fault_offset_s = ctx.accounts.check_minutes(&args, now)?;
    let booking = &mut ctx.accounts.booking;
    let fault_seq_before = booking.last_fault_seq;
    booking.last_fault_seq = args.fault_seq;
    let line = booking.line_mut(args.line)?;
    line.fault_offset_s = fault_offset_s;
    line.served_minutes = args.served_minutes;
    line.kept_minutes = args.kept_minutes;
    let line_status = StatusChange {
        old: line_before,
        new: line.status,
    };
    let replace_until = booking.replace_until(booking.line(args.line)?)?;
    let seq = booking.next_event()?;
    booking.invariant()?;
    ctx.accounts.free()?;

    emit(
        &ctx.accounts.event_authority,
        &FaultReported {
            booking: ctx.accounts.booking.key(),
            line: args.line,
            device: ctx.accounts.device.key(),
            kind: args.kind,
            fault_at: args.fault_at,
            served_minutes: args.served_minutes,
            kept_minutes: args.kept_minutes,
            replace_until: replace_until.get(),
            fault_seq: args.fault_seq,
            fault_seq_before,
            line_status,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
