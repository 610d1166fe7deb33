//! Moves tokens that nobody is owed out of a device's vault (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::units::Io;

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, ExcessSwept},
    instructions::vault,
    state::DeviceStake,
};

/// Caller: anyone; the excess goes to the engine's reward vault and nowhere else.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepExcess<'info> {
    #[account(address = vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(mut)]
    pub stake: Box<Account<'info, DeviceStake>>,

    #[account(
        mut,
        seeds = [STAKE_VAULT_SEED, stake.key().as_ref()],
        bump = stake.vault_bump,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    #[account(mut, address = REWARD_VAULT @ StakingError::WrongTokenAccount)]
    pub reward_vault: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

/// Sends what the vault holds above the book to the reward vault; the book does not change.
///
/// Errors: `NothingToWithdraw`, `ArithmeticOverflow`.
pub fn handle_sweep_excess(ctx: Context<SweepExcess>) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    let excess = accounts
        .vault
        .amount
        .checked_sub(accounts.stake.held_io()?)
        .ok_or(StakingError::ArithmeticOverflow)?;
    require!(excess > 0, StakingError::NothingToWithdraw);
    let seq = accounts.stake.next_event()?;
    vault::pay(
        Io::from_base_units(excess),
        &accounts.stake,
        &accounts.vault,
        &accounts.reward_vault,
        &accounts.io_mint,
        &accounts.token_program,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &ExcessSwept {
            stake: ctx.accounts.stake.key(),
            destination: ctx.accounts.reward_vault.key(),
            amount_io: excess,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
