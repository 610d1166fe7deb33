//! Lifts a pause before its end (economics §2.2, §2.3).

use anchor_lang::prelude::*;
use ion_economics::units::UnixSeconds;

use crate::{
    constants::*,
    error::RegistryError,
    events::{EntryUnpaused, I64Change},
    state::{Config, PauseBit, PauseState, Roles},
};

/// Arguments of `unpause`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnpauseArgs {
    /// The entry to open.
    pub bit: PauseBit,
}

/// Caller: guardian or governance.
#[event_cpi]
#[derive(Accounts)]
pub struct Unpause<'info> {
    pub authority: Signer<'info>,

    #[account(
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.governance.current == authority.key()
            || roles.guardian.current == authority.key()
            @ RegistryError::NotGovernanceOrGuardian,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,
}

/// Clears a pause bit that is set; the time before which it cannot be set again stays.
///
/// Errors: `NotGovernanceOrGuardian`, `NotPaused`.
pub fn handle_unpause(ctx: Context<Unpause>, args: UnpauseArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let config = &mut ctx.accounts.config;
    let before = config.pause_state(args.bit)?;
    let after = before
        .to_clock()
        .unpause(UnixSeconds::new(now))
        .map(PauseState::from_clock)
        .map_err(RegistryError::from)?;
    config.set_pause_state(args.bit, after)?;
    let seq = config.next_event()?;
    let key = config.key();
    emit_cpi!(EntryUnpaused {
        config: key,
        actor: ctx.accounts.authority.key(),
        bit: args.bit as u8,
        paused_until: I64Change {
            old: before.paused_until,
            new: after.paused_until,
        },
        seq,
        at: now,
    });
    Ok(())
}
