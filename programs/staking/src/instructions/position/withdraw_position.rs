//! Pays a position out to its wallet (economics §4.1, §13.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::{
    stake::PositionState,
    units::{Io, UnixSeconds},
};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, PositionWithdrawn, U64Change},
    instructions::{book::*, vault},
    state::{CoPosition, CoStaker},
};

/// Caller: anyone; the money goes to the wallet of the position. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawPosition<'info> {
    #[account(address = vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    pub book: Book<'info>,

    #[account(
        mut,
        constraint = position.device == book.stake.device @ StakingError::WrongPosition,
    )]
    pub position: Box<Account<'info, CoPosition>>,

    #[account(mut, constraint = holder.wallet == position.wallet @ StakingError::WrongCoStaker)]
    pub holder: Box<Account<'info, CoStaker>>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    /// Of the wallet alone: whoever calls must not pick an account that others can empty.
    #[account(
        mut,
        constraint = destination.mint == io_mint.key() && destination.owner == position.wallet
            @ StakingError::WrongTokenAccount,
        constraint = destination.delegate.is_none() && destination.close_authority.is_none()
            @ StakingError::EncumberedDestination,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

impl WithdrawPosition<'_> {
    /// Frees the slot and returns its principal; nothing where the position holds none any more.
    fn free_slot(&mut self, now: UnixSeconds) -> Result<Io> {
        let seq = self.position.seq;
        let state = self.book.stake.slot(seq).map(|slot| slot.state);
        if state.is_none_or(|state| state == PositionState::Zeroed.code()) {
            return Ok(Io::ZERO);
        }
        let before = self.book.stake.ledger()?;
        let (after, principal) = before
            .withdraw_position(seq, &self.book.view(now)?)
            .map_err(StakingError::from)?;
        self.book.apply(&after, now)?;
        self.holder.leave()?;
        Ok(principal)
    }
}

/// Pays the principal whose cooldown has ended, with any restored balance, and frees the slot and
/// the wallet's place.
///
/// Errors: `CooldownNotOver`, `NothingToWithdraw`.
pub fn handle_withdraw_position(ctx: Context<WithdrawPosition>) -> Result<()> {
    let now = checks::now()?;

    let principal = ctx.accounts.free_slot(now)?;
    let position_seq = ctx.accounts.position.seq;
    let restored = Io::from_base_units(ctx.accounts.position.restored_io);
    let paid = principal
        .checked_add(restored)
        .map_err(StakingError::from)?;
    require!(paid > Io::ZERO, StakingError::NothingToWithdraw);
    ctx.accounts.position.restored_io = 0;
    ctx.accounts
        .book
        .stake
        .pay_restored(position_seq, restored)?;
    if principal == Io::ZERO {
        ctx.accounts.book.stake.next_event()?;
    }

    let accounts = &ctx.accounts;
    vault::pay(
        paid,
        &accounts.book.stake,
        &accounts.vault,
        &accounts.destination,
        &accounts.io_mint,
        &accounts.token_program,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &PositionWithdrawn {
            position: ctx.accounts.position.key(),
            stake: ctx.accounts.book.stake.key(),
            co_staker: ctx.accounts.position.wallet,
            destination: ctx.accounts.destination.key(),
            amount_io: paid.base_units(),
            principal_io: U64Change {
                old: principal.base_units(),
                new: 0,
            },
            restored_io: U64Change {
                old: restored.base_units(),
                new: 0,
            },
            seq: ctx.accounts.book.stake.event_seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
