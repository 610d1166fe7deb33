//! Rules on a challenged work record (economics §8.7).

use anchor_lang::prelude::*;
use ion_economics::{
    billing::ruling_cut,
    booking::{RecordInput, MAX_LINES},
    math,
    units::UnixSeconds,
};
use registry::state::Roles;

use crate::{
    checks,
    constants::*,
    error::BookingError,
    events::{emit, RecordRuled, StatusChange, U64Change},
    state::{Booking, Line, RecordLine, WorkRecord},
};

/// Arguments of `rule_record`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RuleRecordArgs {
    /// Minutes that stand per line, at most those the record adds; 0 for lines that do not exist.
    pub minutes: [u32; MAX_LINES],
    /// Hash of the reasons.
    pub reason: [u8; 32],
}

/// Caller: the arbiter. Works while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct RuleRecord<'info> {
    #[account(address = roles.arbiter.current @ BookingError::NotArbiter)]
    pub arbiter: Signer<'info>,

    #[account(address = ROLES @ BookingError::WrongRoles)]
    pub roles: Box<Account<'info, Roles>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, has_one = booking @ BookingError::WrongRecordBooking)]
    pub record: Box<Account<'info, WorkRecord>>,
}

/// Leaves `ruled` minutes of one line of the record and returns what is cut. The attested minutes and
/// the bills of later records stay as they are.
///
/// Errors: `RulingAddsMinutes`.
fn rule_line(line: &mut Line, entry: &mut RecordLine, ruled: u32) -> Result<u64> {
    require!(ruled <= entry.minutes, BookingError::RulingAddsMinutes);
    if ruled == entry.minutes {
        return Ok(0);
    }
    let segments = line.segments()?;
    let cut = ruling_cut(&segments, entry.from_minutes, entry.minutes, ruled)
        .map_err(BookingError::from)?
        .min(entry.billed); // a line billed by another rule than its minutes gives back what it was billed
    let through = entry
        .from_minutes
        .checked_add(ruled)
        .ok_or(BookingError::MathOverflow)?;
    entry.ruled_minutes = ruled;
    entry.cut = cut;
    entry.hire_usd_micros = segments
        .hire_usd_micros(line.qty, entry.from_minutes, through)
        .map_err(BookingError::from)?;
    line.cut = math::add(line.cut, cut).map_err(BookingError::from)?;
    Ok(cut)
}

/// Sets the minutes that stand; the cut goes to the payer's balance and the rest can be earned at
/// once. A ruling that cuts nothing is a lost challenge.
///
/// Errors: `NotArbiter`, `WrongRecordBooking`, `WrongState`, `DeadlinePassed`, `RulingAddsMinutes`,
/// `UnknownLine`.
pub fn handle_rule_record(ctx: Context<RuleRecord>, args: RuleRecordArgs) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    let (booking, record) = (&mut accounts.booking, &mut accounts.record);
    let (status_before, refund_before) = (record.status, booking.refund_due);
    let ruling_until = record.ruling_until;
    record.step(RecordInput::Rule {
        now: UnixSeconds::new(now),
        ruling_until: UnixSeconds::new(ruling_until),
    })?;

    let mut cut = 0u64;
    let mut paid_lines = record.earned_lines;
    for (number, ruled) in (0u8..).zip(args.minutes) {
        let (Some(line), Some(entry)) = (
            booking.lines.get_mut(usize::from(number)),
            record.lines.get_mut(usize::from(number)),
        ) else {
            require!(ruled == 0, BookingError::UnknownLine);
            continue;
        };
        let line_cut = rule_line(line, entry, ruled)?;
        cut = math::add(cut, line_cut).map_err(BookingError::from)?;
        if entry.cut == entry.billed {
            paid_lines |= WorkRecord::bit(number);
        }
    }
    record.earned_lines = paid_lines;
    booking.credit_refund(cut)?;
    if cut == 0 {
        booking.lost_challenges = booking
            .lost_challenges
            .checked_add(1)
            .ok_or(BookingError::MathOverflow)?;
    }
    if record.is_all_earned() {
        booking.finish_record(record)?;
    }
    let record_event_seq = record.next_event()?;
    let seq = booking.next_event()?;
    booking.invariant()?;

    let (booking, record) = (&ctx.accounts.booking, &ctx.accounts.record);
    emit(
        &ctx.accounts.event_authority,
        &RecordRuled {
            record: record.key(),
            booking: record.booking,
            record_seq: record.seq,
            arbiter: ctx.accounts.arbiter.key(),
            reason: args.reason,
            lines: record.lines.clone(),
            cut,
            refund_due: U64Change {
                old: refund_before,
                new: booking.refund_due,
            },
            status: StatusChange {
                old: status_before,
                new: record.status,
            },
            lost_challenges: booking.lost_challenges,
            record_event_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
