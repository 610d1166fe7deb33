//! Stops an entry for a while (economics §2.3).

use anchor_lang::prelude::*;
use ion_economics::{
    params::registry::{PAUSE_MAX, PAUSE_REARM},
    units::UnixSeconds,
};

use crate::{
    constants::*,
    error::RegistryError,
    events::{EntryPaused, I64Change},
    state::{Config, Params, PauseBit, PauseState, Roles},
};

/// Arguments of `pause`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PauseArgs {
    /// The entry to stop.
    pub bit: PauseBit,
}

/// Caller: the guardian.
#[event_cpi]
#[derive(Accounts)]
pub struct Pause<'info> {
    pub guardian: Signer<'info>,

    #[account(
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.guardian.current == guardian.key() @ RegistryError::NotGuardian,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = params.bump)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,
}

/// Sets a pause bit for `pause_max`; it lapses by itself and cannot be set again for `pause_rearm`
/// after that.
///
/// Errors: `NotGuardian`, `PauseNotRearmed`.
pub fn handle_pause(ctx: Context<Pause>, args: PauseArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let params = &ctx.accounts.params;
    let (pause_max, pause_rearm) = (
        params.value(&PAUSE_MAX, now),
        params.value(&PAUSE_REARM, now),
    );
    let config = &mut ctx.accounts.config;
    let before = config.pause_state(args.bit)?;
    let after = before
        .to_clock()
        .pause(UnixSeconds::new(now), pause_max, pause_rearm)
        .map(PauseState::from_clock)
        .map_err(RegistryError::from)?;
    config.set_pause_state(args.bit, after)?;
    let seq = config.next_event()?;
    let key = config.key();
    emit_cpi!(EntryPaused {
        config: key,
        actor: ctx.accounts.guardian.key(),
        bit: args.bit as u8,
        paused_until: I64Change {
            old: before.paused_until,
            new: after.paused_until,
        },
        rearm_at: I64Change {
            old: before.rearm_at,
            new: after.rearm_at,
        },
        seq,
        at: now,
    });
    Ok(())
}
