//! Records that a position's wait has passed (economics §13.3).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::StakingError,
    events::{emit, ExitAdvanced, LedgerChange, PositionChange},
    instructions::book::*,
    state::CoPosition,
};

/// Caller: anyone; the times were stamped when the exit began.
#[event_cpi]
#[derive(Accounts)]
pub struct AdvanceExit<'info> {
    pub book: Book<'info>,

    #[account(constraint = position.device == book.stake.device @ StakingError::WrongPosition)]
    pub position: Box<Account<'info, CoPosition>>,
}

/// Moves the position to its cooldown, which began when the wait ended, and corrects the totals.
///
/// Errors: `PositionNotFound`, `PositionNotWaiting`, `WaitNotOver`.
pub fn handle_advance_exit(ctx: Context<AdvanceExit>) -> Result<()> {
    let now = checks::now()?;

    let seq = ctx.accounts.position.seq;
    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let after = before
        .advance_exit(seq, &book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;

    emit(
        &ctx.accounts.event_authority,
        &ExitAdvanced {
            position: ctx.accounts.position.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker: ctx.accounts.position.wallet,
            change: PositionChange::one(&before, &after)?,
            ledger: LedgerChange::between(&before, &after, now)?,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
