//! Begins a co-staker's exit (economics §4.2).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::StakingError,
    events::{emit, CoUnstakeBegun, LedgerChange, PositionChange},
    instructions::book::*,
    state::CoPosition,
};

/// Caller: the co-staker, also while the device is hired. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct CoUnstake<'info> {
    #[account(address = position.wallet @ StakingError::WrongCoStaker)]
    pub co_staker: Signer<'info>,

    pub book: Book<'info>,

    #[account(constraint = position.device == book.stake.device @ StakingError::WrongPosition)]
    pub position: Box<Account<'info, CoPosition>>,
}

/// Ends the position's earning at once; its principal counts until the wait is over, then cools. No
/// wait where the exit matrix gives none.
///
/// Errors: `PositionNotFound`, `PositionNotActive`.
pub fn handle_co_unstake(ctx: Context<CoUnstake>) -> Result<()> {
    let now = checks::now()?;

    let seq = ctx.accounts.position.seq;
    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let after = before
        .co_unstake(seq, &book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;

    emit(
        &ctx.accounts.event_authority,
        &CoUnstakeBegun {
            position: ctx.accounts.position.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker: ctx.accounts.co_staker.key(),
            change: PositionChange::one(&before, &after)?,
            ledger: LedgerChange::between(&before, &after, now)?,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
