//! Closes a record that is earned and priced (economics §8.7).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::BookingError,
    events::{emit, RecordClosed},
    state::WorkRecord,
};

/// Caller: anyone. Works while the program is paused, and after the booking is closed.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseRecord<'info> {
    pub by: Signer<'info>,

    #[account(mut, close = payer)]
    pub record: Box<Account<'info, WorkRecord>>,

    /// CHECK: the key stored in the record; it only receives the rent.
    #[account(mut, address = record.payer @ BookingError::WrongRentReceiver)]
    pub payer: UncheckedAccount<'info>,
}

/// Returns the rent of a record; its amounts stay in the booking and the totals.
///
/// Errors: `RecordOpen`, `WrongRentReceiver`.
pub fn handle_close_record(ctx: Context<CloseRecord>) -> Result<()> {
    let now = checks::now()?;
    let record = &mut ctx.accounts.record;
    require!(
        record.is_priced && record.is_all_earned(),
        BookingError::RecordOpen
    );
    let seq = record.next_event()?;

    let record = &ctx.accounts.record;
    emit(
        &ctx.accounts.event_authority,
        &RecordClosed {
            record: record.key(),
            booking: record.booking,
            payer: record.payer,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
