//! Begins the owner's full exit; the co-stakers leave with it (economics §3.3, §4.2).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::StakingError,
    events::{emit, LedgerChange, PositionChange, UnstakeBegun},
    instructions::book::*,
};

/// Caller: the stake wallet. No pause stops it; open to a blocked or terminated device too.
#[event_cpi]
#[derive(Accounts)]
pub struct BeginUnstake<'info> {
    #[account(address = book.stake.wallet @ StakingError::WrongStakeWallet)]
    pub wallet: Signer<'info>,

    pub book: Book<'info>,
}

/// Starts the cooldown of the owner's principal and of every active and waiting position. Positions
/// whose wait has passed keep the times stamped for them.
///
/// Errors: `StakeCooling`, `NothingStaked`, `DeviceHired`, `OfferOpen`.
pub fn handle_begin_unstake(ctx: Context<BeginUnstake>) -> Result<()> {
    let now = checks::now()?;

    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let after = before
        .begin_unstake(book.stake.has_open_offer(), &book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;

    emit(
        &ctx.accounts.event_authority,
        &UnstakeBegun {
            stake: ctx.accounts.book.stake.key(),
            wallet: ctx.accounts.wallet.key(),
            ledger: LedgerChange::between(&before, &after, now)?,
            positions: PositionChange::all(&before, &after),
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
