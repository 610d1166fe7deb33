//! Pays out what the owner's side holds above the requirement (economics §3.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::units::Io;

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, LedgerChange, OverflowWithdrawn},
    instructions::{book::*, vault},
};

/// Arguments of `withdraw_overflow`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct WithdrawOverflowArgs {
    /// Amount to take, 1e-8 IO: 1 up to the overflow.
    pub amount_io: u64,
}

/// Caller: the stake wallet, also while the device is hired. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawOverflow<'info> {
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

/// Pays overflow to the stake wallet and records it in the bucket of the day.
///
/// Errors: `ZeroAmount`, `DeviceBlocked`, `ExceedsOverflow`.
pub fn handle_withdraw_overflow(
    ctx: Context<WithdrawOverflow>,
    args: WithdrawOverflowArgs,
) -> Result<()> {
    let now = checks::now()?;
    let amount = Io::from_base_units(args.amount_io);

    let book = &mut ctx.accounts.book;
    let before = book.stake.ledger()?;
    let after = before
        .withdraw_overflow(amount, &book.view(now)?)
        .map_err(StakingError::from)?;
    let seq = book.apply(&after, now)?;

    let accounts = &ctx.accounts;
    vault::pay(
        amount,
        &accounts.book.stake,
        &accounts.vault,
        &accounts.destination,
        &accounts.io_mint,
        &accounts.token_program,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &OverflowWithdrawn {
            stake: ctx.accounts.book.stake.key(),
            wallet: ctx.accounts.wallet.key(),
            destination: ctx.accounts.destination.key(),
            amount_io: args.amount_io,
            ledger: LedgerChange::between(&before, &after, now)?,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
