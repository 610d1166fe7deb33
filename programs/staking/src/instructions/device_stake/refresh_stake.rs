//! Brings a device's stake up to date (economics §3.3).

use anchor_lang::prelude::*;
use ion_economics::stake::Ledger;

use crate::{
    checks,
    error::StakingError,
    events::{emit, LedgerChange, PositionChange, StakeRefreshed},
    instructions::book::*,
};

/// Caller: anyone; there is nothing to choose.
#[event_cpi]
#[derive(Accounts)]
pub struct RefreshStake<'info> {
    pub book: Book<'info>,
}

/// Settles waits that have passed, sets or clears `underfunded_since` with the time of the rule that
/// made it so, and corrects the shard. Where nothing changes, nothing is recorded.
pub fn handle_refresh_stake(ctx: Context<RefreshStake>) -> Result<()> {
    let now = checks::now()?;

    let book = &mut ctx.accounts.book;
    let view = book.view(now)?;
    let before = book.stake.ledger()?;
    let after = before.refresh(&view).map_err(StakingError::from)?;
    let counted = after
        .eligible(now)
        .map_err(StakingError::from)?
        .base_units();
    let untouched = Ledger {
        touched_at: before.touched_at,
        ..after
    };
    if untouched == before && counted == book.stake.counted_io {
        return Ok(());
    }
    let seq = book.apply(&after, now)?;

    emit(
        &ctx.accounts.event_authority,
        &StakeRefreshed {
            stake: ctx.accounts.book.stake.key(),
            required_io: view.requirement.current.base_units(),
            ledger: LedgerChange::between(&before, &after, now)?,
            positions: PositionChange::all(&before, &after),
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
