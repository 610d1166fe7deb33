//! Fixes the hour from which the engine pays (economics §10.9).

use anchor_lang::prelude::*;
use ion_economics::params::ide::MAX_EPOCH_OBLIGATION;
use registry::{
    cpi::{self, accounts as calls},
    state::ActionKind,
    ConsumeActionArgs,
};

use crate::{constants::*, error::IdeError, events::SwitchScheduled, state::Engine};

/// Caller: anyone, once governance's action is due.
#[event_cpi]
#[derive(Accounts)]
pub struct ScheduleSwitch<'info> {
    /// CHECK: signs the calls; a fixed address without data.
    #[account(address = CALLER @ IdeError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    #[account(mut, address = CONFIG @ IdeError::WrongConfig)]
    pub config: Box<Account<'info, registry::state::Config>>,

    #[account(address = PARAMS @ IdeError::WrongParams)]
    pub params: Box<Account<'info, registry::state::Params>>,

    #[account(
        mut,
        constraint = action.payload == ActionKind::ScheduleSwitch @ IdeError::WrongAction,
    )]
    pub action: Box<Account<'info, registry::state::Action>>,

    #[account(mut, address = ENGINE @ IdeError::WrongEngine)]
    pub engine: AccountLoader<'info, Engine>,

    /// CHECK: checked by the registry.
    pub registry_event_authority: UncheckedAccount<'info>,

    pub registry_program: Program<'info, registry::program::Registry>,
}

impl ScheduleSwitch<'_> {
    fn validate(&self, now: i64) -> Result<()> {
        // params
        require!(
            self.params.value(&MAX_EPOCH_OBLIGATION, now) > 0,
            IdeError::ObligationLimitMissing
        );
        Ok(())
    }
}

/// Consumes the queued decision and fixes the first hour of mode `Ide`, once: the next UTC day. The
/// registry refuses it while a class with a multiplier has no rates.
///
/// Errors: `WrongCaller`, `WrongConfig`, `WrongParams`, `WrongAction`, `WrongEngine`,
/// `ObligationLimitMissing`; the registry's `TimelockNotOver`, `ActionExpired`,
/// `ActionAlreadyExecuted`, `ClassRatesMissing`, `SwitchAlreadySet`.
pub fn handle_schedule_switch(ctx: Context<ScheduleSwitch>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(now)?;
    let seeds: &[&[u8]] = &[CALLER_SEED, &[CALLER_BUMP]];
    let program = ctx.accounts.registry_program.key();
    cpi::consume_action(
        CpiContext::new_with_signer(
            program,
            calls::ConsumeAction {
                caller: ctx.accounts.caller.to_account_info(),
                config: ctx.accounts.config.to_account_info(),
                action: ctx.accounts.action.to_account_info(),
                class: None,
                event_authority: ctx.accounts.registry_event_authority.to_account_info(),
                program: ctx.accounts.registry_program.to_account_info(),
            },
            &[seeds],
        ),
        ConsumeActionArgs {
            payload: ActionKind::ScheduleSwitch,
        },
    )?;
    cpi::set_switch_hour(CpiContext::new_with_signer(
        program,
        calls::SetSwitchHour {
            caller: ctx.accounts.caller.to_account_info(),
            config: ctx.accounts.config.to_account_info(),
            event_authority: ctx.accounts.registry_event_authority.to_account_info(),
            program: ctx.accounts.registry_program.to_account_info(),
        },
        &[seeds],
    ))?;
    ctx.accounts.config.reload()?;
    let seq = ctx.accounts.engine.load_mut()?.next_event()?;

    emit_cpi!(SwitchScheduled {
        action: ctx.accounts.action.key(),
        ide_from_hour: ctx.accounts.config.ide_from_hour,
        seq,
        at: now,
    });
    Ok(())
}
