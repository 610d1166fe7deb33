//! Creates the ledgers and the vaults (economics §1.6).

use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ion_economics::units::UnixSeconds;

use crate::{checks, constants::*, error::IdeError, events::VaultsInitialized, state::Vaults};

/// Caller: the program's upgrade authority, once. The registry must be initialised.
#[event_cpi]
#[derive(Accounts)]
pub struct Initialize<'info> {
    /// Upgrade authority; pays the rent.
    #[account(mut)]
    pub authority: Signer<'info>,

    #[account(
        constraint = this_program.programdata_address()? == Some(program_data.key())
            @ IdeError::WrongProgramData,
    )]
    pub this_program: Program<'info, crate::program::Ide>,

    #[account(
        constraint = program_data.upgrade_authority_address == Some(authority.key())
            @ IdeError::NotUpgradeAuthority,
    )]
    pub program_data: Box<Account<'info, ProgramData>>,

    #[account(address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = config.io_mint @ IdeError::WrongMint)]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(address = config.usdc_mint @ IdeError::WrongMint)]
    pub usdc_mint: Box<Account<'info, Mint>>,

    #[account(
        init,
        payer = authority,
        space = Vaults::SPACE,
        seeds = [VAULTS_SEED],
        bump,
    )]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(
        init,
        payer = authority,
        seeds = [REWARD_VAULT_SEED],
        bump,
        token::mint = io_mint,
        token::authority = vaults,
    )]
    pub reward_vault: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = authority,
        seeds = [FEE_USDC_SEED],
        bump,
        token::mint = usdc_mint,
        token::authority = vaults,
    )]
    pub fee_usdc: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = authority,
        seeds = [FEE_IO_SEED],
        bump,
        token::mint = io_mint,
        token::authority = vaults,
    )]
    pub fee_io: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = authority,
        seeds = [PAY_IO_SEED],
        bump,
        token::mint = io_mint,
        token::authority = vaults,
    )]
    pub pay_io: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = authority,
        seeds = [PAY_USDC_SEED],
        bump,
        token::mint = usdc_mint,
        token::authority = vaults,
    )]
    pub pay_usdc: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

/// Creates empty ledgers and five empty vaults. The day of this call is the first epoch.
///
/// Errors: `WrongProgramData`, `NotUpgradeAuthority`, `WrongConfig`, `WrongMint`,
/// `ArithmeticOverflow`.
pub fn handle_initialize(ctx: Context<Initialize>) -> Result<()> {
    let now = UnixSeconds::new(Clock::get()?.unix_timestamp);
    let accounts = &mut *ctx.accounts;
    accounts.vaults.set_inner(Vaults {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.vaults,
        reward_vault: accounts.reward_vault.key(),
        fee_usdc: accounts.fee_usdc.key(),
        fee_io: accounts.fee_io.key(),
        pay_io: accounts.pay_io.key(),
        pay_usdc: accounts.pay_usdc.key(),
        first_day: checks::day_of(now)?,
        y1_io: 0,
        yu_usdc: 0,
        yi_io: 0,
        payable_io: 0,
        payable_usdc: 0,
        buyback_usdc: 0,
        event_seq: 1,
        waiting_io: 0,
        lot_usdc: 0,
        spent_usdc: 0,
        bought_io: 0,
        burned_io: 0,
        retired_io: 0,
        _reserved: [0; 80],
    });

    let vaults = &ctx.accounts.vaults;
    emit_cpi!(VaultsInitialized {
        vaults: vaults.key(),
        authority: ctx.accounts.authority.key(),
        reward_vault: vaults.reward_vault,
        fee_usdc: vaults.fee_usdc,
        fee_io: vaults.fee_io,
        pay_io: vaults.pay_io,
        pay_usdc: vaults.pay_usdc,
        first_day: vaults.first_day,
        seq: vaults.event_seq,
        at: now.get(),
    });
    Ok(())
}
