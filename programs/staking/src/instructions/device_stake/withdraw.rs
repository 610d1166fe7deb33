//! Pays out the owner's principal whose cooldown has ended, and its restored balance
//! (economics §3.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, KeyChange, LedgerChange, StakeWithdrawn},
    instructions::{book::*, vault},
};

/// Caller: the stake wallet. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct Withdraw<'info> {
    #[account(address = book.stake.wallet @ StakingError::WrongStakeWallet)]
    pub wallet: Signer<'info>,

    #[account(address = vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    pub book: Book<'info>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, book.stake.key().as_ref()],
        bump = book.stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    #[account(
        mut,
        constraint = destination.mint == io_mint.key() && destination.owner == wallet.key()
            @ StakingError::WrongTokenAccount,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

/// Pays everything the owner's side may take now. When nothing of it is left and no slash case is
/// open, the recorded wallet is cleared.
///
/// Errors: `CooldownNotOver`, `NothingToWithdraw`.
pub fn handle_withdraw(ctx: Context<Withdraw>) -> Result<()> {
    let now = checks::now()?;

    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let (after, paid) = before
        .withdraw(&book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;
    let mut wallet = KeyChange {
        old: book.stake.wallet,
        new: book.stake.wallet,
    };
    if after.is_owner_gone() && book.stake.open_cases == 0 {
        wallet.new = Pubkey::default();
        book.stake.wallet = wallet.new;
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
        &StakeWithdrawn {
            stake: ctx.accounts.book.stake.key(),
            wallet,
            destination: ctx.accounts.destination.key(),
            amount_io: paid.base_units(),
            ledger: LedgerChange::between(&before, &after, now)?,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
