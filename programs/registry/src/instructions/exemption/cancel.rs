//! Ends an exemption before its time (economics §2.2, §13.7).

use anchor_lang::prelude::*;
use ion_economics::units::UnixSeconds;

use crate::{
    constants::*,
    error::RegistryError,
    events::{ExemptionCancelled, I64Change},
    state::{Config, Exemption, Roles},
};

/// Caller: guardian or governance.
#[event_cpi]
#[derive(Accounts)]
pub struct CancelExemption<'info> {
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

    #[account(mut, seeds = [EXEMPTION_SEED, exemption.target.as_ref()], bump = exemption.bump)]
    pub exemption: Box<Account<'info, Exemption>>,
}

/// Cancels a grant whose window is not over; it no longer counts as live.
///
/// Errors: `NotGovernanceOrGuardian`, `ExemptionOver`.
pub fn handle_cancel_exemption(ctx: Context<CancelExemption>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts
        .exemption
        .to_rule()
        .cancel(UnixSeconds::new(now))
        .map_err(RegistryError::from)?;
    let config = &mut ctx.accounts.config;
    config.live_exemptions = config
        .live_exemptions
        .checked_sub(1)
        .ok_or(RegistryError::ArithmeticOverflow)?;
    let exemption = &mut ctx.accounts.exemption;
    let cancelled_at = I64Change {
        old: core::mem::replace(&mut exemption.cancelled_at, now),
        new: now,
    };
    let seq = exemption.next_event()?;

    let exemption = &ctx.accounts.exemption;
    emit_cpi!(ExemptionCancelled {
        exemption: exemption.key(),
        actor: ctx.accounts.authority.key(),
        id: exemption.id,
        target: exemption.target,
        cancelled_at,
        live: ctx.accounts.config.live_exemptions,
        seq,
        at: now,
    });
    Ok(())
}
