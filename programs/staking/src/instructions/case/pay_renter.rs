//! Pays the renter's part of a burn (economics §5.4).

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, Token, TokenAccount, TransferChecked};

use crate::{
    checks,
    constants::*,
    count,
    error::StakingError,
    events::{emit, RenterPaid, U64Change},
    state::{Case, CaseSeeds},
};

/// Caller: anyone; the money goes to the renter named in the cited fault report. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct PayRenter<'info> {
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

    /// Of the renter alone: whoever calls must not pick an account that others can empty.
    #[account(
        mut,
        constraint = destination.mint == io_mint.key() && destination.owner == case.renter
            @ StakingError::WrongTokenAccount,
        constraint = destination.delegate.is_none() && destination.close_authority.is_none()
            @ StakingError::EncumberedDestination,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

/// Pays everything that is due to the renter.
///
/// Errors: `NothingDue`.
pub fn handle_pay_renter(ctx: Context<PayRenter>) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    let due = accounts.case.renter_due_io;
    require!(due > 0, StakingError::NothingDue);
    accounts.case.renter_due_io = 0;
    accounts.case.renter_paid_io = count::sum(accounts.case.renter_paid_io, due)?;
    let seq = accounts.case.next_event()?;
    let seeds = CaseSeeds::of(&accounts.case);
    token::transfer_checked(
        CpiContext::new_with_signer(
            accounts.token_program.key(),
            TransferChecked {
                from: accounts.case_vault.to_account_info(),
                mint: accounts.io_mint.to_account_info(),
                to: accounts.destination.to_account_info(),
                authority: accounts.case.to_account_info(),
            },
            &[&seeds.seeds(&accounts.case)],
        ),
        due,
        accounts.io_mint.decimals,
    )?;

    emit(
        &ctx.accounts.event_authority,
        &RenterPaid {
            case: ctx.accounts.case.key(),
            renter: ctx.accounts.case.renter,
            destination: ctx.accounts.destination.key(),
            due_io: U64Change { old: due, new: 0 },
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
