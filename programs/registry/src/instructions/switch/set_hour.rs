//! Fixes the hour from which mode `Ide` holds (economics §10.9).

use anchor_lang::prelude::*;
use ion_economics::governance;

use crate::{
    constants::*,
    error::RegistryError,
    events::{SwitchScheduled, U64Change},
    state::Config,
};

/// Caller: the engine program, which has consumed the queued action.
#[event_cpi]
#[derive(Accounts)]
pub struct SetSwitchHour<'info> {
    #[account(address = config.ide_caller @ RegistryError::NotIdeProgram)]
    pub caller: Signer<'info>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,
}

impl SetSwitchHour<'_> {
    fn validate(&self) -> Result<()> {
        require!(
            !self.config.is_switch_set(),
            RegistryError::SwitchAlreadySet
        );
        require!(
            self.config.live_classes > 0
                && self.config.live_classes == self.config.rated_live_classes,
            RegistryError::ClassRatesMissing
        );
        Ok(())
    }
}

/// Sets `ide_from_hour` to the first hour of the next UTC day, once; it never changes again (N9).
/// Every live class must have rates.
///
/// Errors: `NotIdeProgram`, `SwitchAlreadySet`, `ClassRatesMissing`.
pub fn handle_set_switch_hour(ctx: Context<SetSwitchHour>) -> Result<()> {
    ctx.accounts.validate()?;
    let now = Clock::get()?.unix_timestamp;
    let hour = governance::switch_hour(ion_economics::units::UnixSeconds::new(now))
        .map_err(RegistryError::from)?;
    let config = &mut ctx.accounts.config;
    let ide_from_hour = U64Change {
        old: core::mem::replace(&mut config.ide_from_hour, hour),
        new: hour,
    };
    let seq = config.next_event()?;
    let key = config.key();
    emit_cpi!(SwitchScheduled {
        config: key,
        actor: ctx.accounts.caller.key(),
        ide_from_hour,
        seq,
        at: now,
    });
    Ok(())
}
