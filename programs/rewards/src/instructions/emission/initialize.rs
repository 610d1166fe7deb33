//! Takes over the IO mint and fixes the start of the schedule (economics §1.1, §6.3).

use anchor_lang::prelude::*;
use anchor_spl::token::{
    self, spl_token::instruction::AuthorityType, Mint, SetAuthority, Token, TokenAccount,
};
use ion_economics::{
    emission::pre_released,
    units::{IO_DECIMALS, USDC_DECIMALS},
};

use crate::{
    constants::*,
    error::RewardsError,
    events::EmissionInitialized,
    state::{Emission, RootRing},
};

/// Arguments of `initialize`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitializeArgs {
    /// First hour index that this chain releases, from July 2024 on; never changes.
    pub start_hour: u64,
}

/// Caller: the program's upgrade authority, once, together with the present mint authority of IO.
/// The registry must be initialised.
#[event_cpi]
#[derive(Accounts)]
pub struct Initialize<'info> {
    /// Upgrade authority; pays the rent.
    #[account(mut)]
    pub authority: Signer<'info>,

    /// Gives the mint away.
    pub mint_authority: Signer<'info>,

    #[account(
        constraint = this_program.programdata_address()? == Some(program_data.key())
            @ RewardsError::WrongProgramData,
    )]
    pub this_program: Program<'info, crate::program::Rewards>,

    #[account(
        constraint = program_data.upgrade_authority_address == Some(authority.key())
            @ RewardsError::NotUpgradeAuthority,
    )]
    pub program_data: Box<Account<'info, ProgramData>>,

    #[account(address = CONFIG @ RewardsError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(
        mut,
        address = config.io_mint @ RewardsError::WrongMint,
        constraint = io_mint.decimals == IO_DECIMALS @ RewardsError::WrongIoDecimals,
        constraint = io_mint.freeze_authority.is_none() @ RewardsError::FreezeAuthorityPresent,
        constraint = io_mint.mint_authority.contains(&mint_authority.key())
            @ RewardsError::NotMintAuthority,
    )]
    pub io_mint: Box<Account<'info, Mint>>,

    #[account(
        address = config.usdc_mint @ RewardsError::WrongMint,
        constraint = usdc_mint.decimals == USDC_DECIMALS @ RewardsError::WrongUsdcDecimals,
    )]
    pub usdc_mint: Box<Account<'info, Mint>>,

    #[account(
        init,
        payer = authority,
        space = Emission::SPACE,
        seeds = [EMISSION_SEED],
        bump,
    )]
    pub emission: Box<Account<'info, Emission>>,

    #[account(
        init,
        payer = authority,
        seeds = [DISTRIBUTION_SEED],
        bump,
        token::mint = io_mint,
        token::authority = emission,
    )]
    pub distribution: Box<Account<'info, TokenAccount>>,

    #[account(
        init,
        payer = authority,
        space = RootRing::SPACE,
        seeds = [ROOTS_SEED],
        bump,
    )]
    pub roots: AccountLoader<'info, RootRing>,

    pub token_program: Program<'info, Token>,
    pub system_program: Program<'info, System>,
}

impl Initialize<'_> {
    fn take_mint(&self) -> Result<()> {
        token::set_authority(
            CpiContext::new(
                self.token_program.key(),
                SetAuthority {
                    current_authority: self.mint_authority.to_account_info(),
                    account_or_mint: self.io_mint.to_account_info(),
                },
            ),
            AuthorityType::MintTokens,
            Some(self.emission.key()),
        )
    }
}

/// Creates the schedule, the distribution vault and the empty ring of roots, and makes the Emission account the only mint
/// authority of IO. From here on nobody can mint outside the schedule.
///
/// Errors: `WrongProgramData`, `NotUpgradeAuthority`, `WrongConfig`, `WrongMint`,
/// `WrongIoDecimals`, `WrongUsdcDecimals`, `FreezeAuthorityPresent`, `NotMintAuthority`,
/// `HourBeforeSchedule`, `SupplyAboveCap`.
pub fn handle_initialize(ctx: Context<Initialize>, args: InitializeArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let pre_released_io = pre_released(args.start_hour).map_err(RewardsError::from)?;
    let accounts = &mut *ctx.accounts;
    accounts.emission.set_inner(Emission {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.emission,
        distribution_bump: ctx.bumps.distribution,
        distribution: accounts.distribution.key(),
        start_hour: args.start_hour,
        next_hour: args.start_hour,
        pre_released_io,
        released_io: 0,
        event_seq: 1,
        next_final_hour: args.start_hour,
        pending_io: 0,
        allocated_io: 0,
        safety_io: 0,
        claimed_io: 0,
        burned_io: 0,
        _reserved: [0; 80],
    });
    {
        // A new account is all zero, which is an empty ring.
        let mut roots = accounts.roots.load_init()?;
        roots.version = ACCOUNT_VERSION;
        roots.bump = ctx.bumps.roots;
    }
    accounts.emission.invariant(accounts.io_mint.supply)?;
    accounts.take_mint()?;

    let emission = &ctx.accounts.emission;
    emit_cpi!(EmissionInitialized {
        emission: emission.key(),
        authority: ctx.accounts.authority.key(),
        old_mint_authority: ctx.accounts.mint_authority.key(),
        io_mint: ctx.accounts.io_mint.key(),
        distribution: emission.distribution,
        start_hour: emission.start_hour,
        pre_released_io,
        supply_io: ctx.accounts.io_mint.supply,
        seq: emission.event_seq,
        at: now,
    });
    Ok(())
}
