//! Withdraws a queued decision (economics §2.2).

use anchor_lang::prelude::*;
use ion_economics::governance::ActionInput;

use crate::{
    constants::*,
    error::RegistryError,
    events::{ActionCancelled, U8Change},
    state::{Action, Roles},
};

/// Caller: governance, or the guardian unless the action replaces the guardian.
#[event_cpi]
#[derive(Accounts)]
pub struct CancelAction<'info> {
    pub authority: Signer<'info>,

    #[account(
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.governance.current == authority.key()
            || roles.guardian.current == authority.key()
            @ RegistryError::NotGovernanceOrGuardian,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(mut, seeds = [ACTION_SEED, &action.id.to_le_bytes()], bump = action.bump)]
    pub action: Box<Account<'info, Action>>,
}

impl CancelAction<'_> {
    fn validate(&self) -> Result<()> {
        require!(
            self.roles.governance.current == self.authority.key()
                || !self.action.payload.is_guardian_replacement(),
            RegistryError::GuardianReplacement
        );
        Ok(())
    }
}

/// Cancels an action that is neither executed nor expired.
///
/// Errors: `NotGovernanceOrGuardian`, `GuardianReplacement`, `ActionAlreadyExecuted`,
/// `ActionAlreadyCancelled`, `ActionExpired`.
pub fn handle_cancel_action(ctx: Context<CancelAction>) -> Result<()> {
    ctx.accounts.validate()?;
    let now = Clock::get()?.unix_timestamp;
    let action = &mut ctx.accounts.action;
    let old = action.status;
    action.apply(ActionInput::Cancel, now)?;
    let seq = action.next_event()?;

    emit_cpi!(ActionCancelled {
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.authority.key(),
        id: ctx.accounts.action.id,
        hash: ctx.accounts.action.hash,
        status: U8Change {
            old,
            new: ctx.accounts.action.status,
        },
        seq,
        at: now,
    });
    Ok(())
}
