//! Moves tokens that nobody is owed out of the vault of a case (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, CaseSwept},
    state::{Case, CaseSeeds},
};

/// Caller: anyone; the excess goes to the engine's reward vault and nowhere else. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct SweepCase<'info> {
    #[account(address = case_vault.mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(mut)]
    pub case: Box<Account<'info, Case>>,

    #[account(
        mut,
        seeds = [CASE_VAULT_SEED, case.key().as_ref()],
        bump = case.vault_bump,
    )]
    pub case_vault: Box<Account<'info, TokenAccount>>,

    #[account(mut, address = REWARD_VAULT @ StakingError::WrongTokenAccount)]
    pub reward_vault: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

/// Sends what the vault holds above what the case still has to burn, to give back and to pay to the
/// reward vault; the case does not change. Works at every stage of the case.
///
/// Errors: `NothingToWithdraw`, `ArithmeticOverflow`.
pub fn handle_sweep_case(ctx: Context<SweepCase>) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    let excess = accounts
        .case_vault
        .amount
        .checked_sub(accounts.case.vault_io()?)
        .ok_or(StakingError::ArithmeticOverflow)?;
    require!(excess > 0, StakingError::NothingToWithdraw);
    let seq = accounts.case.next_event()?;
    let seeds = CaseSeeds::of(&accounts.case);
    token::transfer_checked(
        CpiContext::new_with_signer(
            accounts.token_program.key(),
            TransferChecked {
                from: accounts.case_vault.to_account_info(),
                mint: accounts.io_mint.to_account_info(),
                to: accounts.reward_vault.to_account_info(),
                authority: accounts.case.to_account_info(),
            },
            &[&seeds.seeds(&accounts.case)],
        ),
        excess,
        accounts.io_mint.decimals,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &CaseSwept {
            case: ctx.accounts.case.key(),
            destination: ctx.accounts.reward_vault.key(),
            amount_io: excess,
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
