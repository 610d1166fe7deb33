//! Creates the engine and the ring of payout roots (economics §1.6).

use anchor_lang::prelude::*;
use ion_economics::units::UnixSeconds;

use crate::{
    constants::*,
    error::IdeError,
    events::EngineInitialized,
    state::{Engine, RootRing, Vaults},
};

/// Caller: the program's upgrade authority, once, after `initialize`.
#[event_cpi]
#[derive(Accounts)]
pub struct InitializeEngine<'info> {
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

    #[account(address = VAULTS @ IdeError::WrongVaults)]
    pub vaults: Box<Account<'info, Vaults>>,

    #[account(
        init,
        payer = authority,
        space = Engine::SPACE,
        seeds = [ENGINE_SEED],
        bump,
    )]
    pub engine: AccountLoader<'info, Engine>,

    #[account(
        init,
        payer = authority,
        space = RootRing::SPACE,
        seeds = [ROOTS_SEED],
        bump,
    )]
    pub roots: AccountLoader<'info, RootRing>,

    pub system_program: Program<'info, System>,
}

/// Creates the engine, which seals from the first epoch on, and an empty ring.
///
/// Errors: `WrongProgramData`, `NotUpgradeAuthority`, `WrongVaults`.
pub fn handle_initialize_engine(ctx: Context<InitializeEngine>) -> Result<()> {
    let now = UnixSeconds::new(Clock::get()?.unix_timestamp);
    let first_day = ctx.accounts.vaults.first_day;
    let seq = {
        let mut engine = ctx.accounts.engine.load_init()?;
        engine.start(ctx.bumps.engine, first_day);
        engine.next_event()?
    };
    {
        let mut roots = ctx.accounts.roots.load_init()?;
        roots.version = ACCOUNT_VERSION;
        roots.bump = ctx.bumps.roots;
    }

    emit_cpi!(EngineInitialized {
        engine: ctx.accounts.engine.key(),
        roots: ctx.accounts.roots.key(),
        authority: ctx.accounts.authority.key(),
        next_day: first_day,
        seq,
        at: now.get(),
    });
    Ok(())
}
