//! Moves tokens that strangers sent to an escrow (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

use crate::{
    checks,
    error::BookingError,
    escrow::Escrow,
    events::{emit, EscrowSwept},
    state::Booking,
};

/// Caller: anyone. Works in any state of the booking and while the program is paused.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepExcess<'info> {
    pub by: Signer<'info>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(address = escrow.mint @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    /// CHECK: vault of ide that takes tokens sent to the escrow by strangers.
    #[account(mut, address = booking.excess_vault()? @ BookingError::WrongExcessVault)]
    pub excess_vault: UncheckedAccount<'info>,

    pub token_program: Program<'info, Token>,
}

/// Sends what the escrow holds above its ledger to the fee vault (USDC) or the reward vault (IO),
/// never to a wallet and never as revenue.
///
/// Errors: `NothingToPull`, `WrongEscrow`, `WrongMint`, `WrongExcessVault`, `LedgerMismatch`.
pub fn handle_sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    let amount = accounts
        .escrow
        .amount
        .checked_sub(accounts.booking.escrow_ledger()?)
        .ok_or(BookingError::LedgerMismatch)?;
    require!(amount > 0, BookingError::NothingToPull);
    let seq = accounts.booking.next_event()?;
    Escrow {
        booking: &accounts.booking,
        escrow: accounts.escrow.to_account_info(),
        mint: &accounts.mint,
        token_program: accounts.token_program.key(),
    }
    .send(accounts.excess_vault.to_account_info(), amount)?;

    emit(
        &ctx.accounts.event_authority,
        &EscrowSwept {
            booking: ctx.accounts.booking.key(),
            vault: ctx.accounts.excess_vault.key(),
            amount,
            currency: ctx.accounts.booking.currency,
            by: ctx.accounts.by.key(),
            seq,
            at: now,
        },
    )?;
    Ok(())
}
