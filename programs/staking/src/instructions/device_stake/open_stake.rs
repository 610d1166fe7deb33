//! Opens the stake account of a device and its vault (economics §1.7 F2).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use registry::state::{Config, Device};

use crate::{
    checks,
    constants::*,
    error::StakingError,
    events::{emit, StakeOpened},
    state::DeviceStake,
};

/// Caller: anyone, who pays the rent; the account never closes.
#[event_cpi]
#[derive(Accounts)]
pub struct OpenStake<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    #[account(address = CONFIG_ADDRESS @ StakingError::WrongConfig)]
    pub config: Box<Account<'info, Config>>,

    #[account(address = config.io_mint @ StakingError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    pub device: Box<Account<'info, Device>>,

    #[account(
        init,
        payer = payer,
        space = DeviceStake::SPACE,
        seeds = [STAKE_SEED, device.key().as_ref()],
        bump,
    )]
    pub stake: Box<Account<'info, DeviceStake>>,

    #[account(
        init,
        payer = payer,
        seeds = [STAKE_VAULT_SEED, stake.key().as_ref()],
        bump,
        token::mint = io_mint,
        token::authority = stake,
    )]
    pub vault: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

/// Creates an empty book and an empty vault for a registered device, whatever its status.
pub fn handle_open_stake(ctx: Context<OpenStake>) -> Result<()> {
    let now = checks::now()?;
    let mut stake = DeviceStake::opened(
        ctx.accounts.device.key(),
        ctx.accounts.payer.key(),
        ctx.bumps.stake,
        ctx.bumps.vault,
    );
    let seq = stake.next_event()?;
    ctx.accounts.stake.set_inner(stake);
    emit(
        &ctx.accounts.event_authority,
        &StakeOpened {
            stake: ctx.accounts.stake.key(),
            device: ctx.accounts.device.key(),
            vault: ctx.accounts.vault.key(),
            payer: ctx.accounts.payer.key(),
            seq,
            at: now.get(),
        },
    )?;
    Ok(())
}
