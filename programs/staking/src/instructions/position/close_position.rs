//! Closes the account of a position without money (economics §13.3).

use anchor_lang::prelude::*;

use crate::{
    checks,
    error::StakingError,
    events::{emit, PositionClosed},
    instructions::book::*,
    state::{CoPosition, CoStaker},
};

/// Caller: anyone; the rent goes to whoever paid it.
#[event_cpi]
#[derive(Accounts)]
pub struct ClosePosition<'info> {
    pub book: Book<'info>,

    #[account(
        mut,
        constraint = position.device == book.stake.device @ StakingError::WrongPosition,
        close = position_payer,
    )]
    pub position: Box<Account<'info, CoPosition>>,

    /// CHECK: receives rent only; its address is checked here.
    #[account(mut, address = position.payer @ StakingError::WrongPayer)]
    pub position_payer: UncheckedAccount<'info>,

    #[account(mut, constraint = holder.wallet == position.wallet @ StakingError::WrongCoStaker)]
    pub holder: Box<Account<'info, CoStaker>>,
}

impl ClosePosition<'_> {
    fn validate(&self) -> Result<()> {
        // position
        require!(self.position.open_legs == 0, StakingError::CaseLegOpen);
        require!(
            self.position.restored_io == 0,
            StakingError::PositionNotEmpty
        );
        Ok(())
    }
}

/// Closes the account after the withdrawal, or frees the slot and the wallet's place of a position
/// that a slash case took in full. The address is never used again: sequences do not repeat.
///
/// Errors: `CaseLegOpen`, `PositionNotEmpty`.
pub fn handle_close_position(ctx: Context<ClosePosition>) -> Result<()> {
    let now = checks::now()?;
    ctx.accounts.validate()?;

    let position_seq = ctx.accounts.position.seq;
    let book = &mut ctx.accounts.book;
    let freed_slot = book.stake.slot(position_seq).is_some();
    let seq = if freed_slot {
        let before = book.stake.ledger()?;
        let after = before
            .close_position(position_seq, &book.view(now)?)
            .map_err(StakingError::from)?;
        ctx.accounts.holder.leave()?;
        book.apply(&after, now)?
    } else {
        book.stake.next_event()?
    };

    emit(
        &ctx.accounts.event_authority,
        &PositionClosed {
            position: ctx.accounts.position.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker: ctx.accounts.position.wallet,
            freed_slot,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
