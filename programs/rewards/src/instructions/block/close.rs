//! Returns the rent of an old block (economics §1.6, §13.5).

use anchor_lang::prelude::*;
use ion_economics::{
    block::{check_closable, BlockState},
    params::rewards::BLOCK_RENT_AFTER,
    units::UnixSeconds,
};
use registry::state::Params;

use crate::{
    constants::*,
    error::RewardsError,
    events::BlockClosed,
    state::{Block, RootRing},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseBlock<'info> {
    pub cranker: Signer<'info>,

    #[account(address = PARAMS @ RewardsError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    #[account(mut, close = payer, has_one = payer @ RewardsError::WrongRentPayer)]
    pub block: Box<Account<'info, Block>>,

    /// CHECK: the payer stored in the block (`has_one` above); receives lamports only.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl CloseBlock<'_> {
    /// Since when the block is kept: the maturity of a root through its hour, or its release where no
    /// root needs it.
    ///
    /// Errors: `BlockNotFinal`, `BlockKept`, `CorruptBlock`.
    fn kept_since(&self, now: i64) -> Result<i64> {
        match self.block.block_state()? {
            BlockState::Processing => err!(RewardsError::BlockNotFinal),
            BlockState::Final | BlockState::Exhausted => Ok(self.block.released_at),
            BlockState::Completed | BlockState::Failed => self
                .roots
                .load()?
                .matured_through(self.block.hour, now)
                .ok_or_else(|| error!(RewardsError::BlockKept)),
        }
    }
}

/// Closes a block `block_rent_after` past the maturity of a root through its hour, in mode `Ide` and
/// after the schedule past its release. The events remain the record.
///
/// Errors: `BlockNotFinal`, `BlockKept`, `WrongRentPayer`, `WrongParams`, `WrongRoots`,
/// `CorruptBlock`, `ArithmeticOverflow`.
pub fn handle_close_block(ctx: Context<CloseBlock>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    check_closable(
        UnixSeconds::new(ctx.accounts.kept_since(now)?),
        ctx.accounts.params.value(&BLOCK_RENT_AFTER, now),
        UnixSeconds::new(now),
    )
    .map_err(RewardsError::from)?;
    let seq = ctx.accounts.block.next_event()?;

    let block = &ctx.accounts.block;
    emit_cpi!(BlockClosed {
        block: block.key(),
        actor: ctx.accounts.cranker.key(),
        payer: block.payer,
        hour: block.hour,
        state: block.state,
        seq,
        at: now,
    });
    Ok(())
}
