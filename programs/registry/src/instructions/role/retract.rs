//! Takes back the proposal of a role's next holder (economics §2.2).

use anchor_lang::prelude::*;

use crate::{
    constants::*,
    error::RegistryError,
    events::{KeyChange, RoleRetracted},
    state::{RoleKind, Roles},
};

/// Arguments of `retract_role`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RetractRoleArgs {
    /// The role.
    pub role: RoleKind,
}

/// Caller: governance, or the guardian unless the role is the guardian's.
#[event_cpi]
#[derive(Accounts)]
pub struct RetractRole<'info> {
    pub authority: Signer<'info>,

    #[account(
        mut,
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.governance.current == authority.key()
            || roles.guardian.current == authority.key()
            @ RegistryError::NotGovernanceOrGuardian,
    )]
    pub roles: Box<Account<'info, Roles>>,
}

impl RetractRole<'_> {
    fn validate(&self, args: &RetractRoleArgs) -> Result<()> {
        require!(
            self.roles.governance.current == self.authority.key()
                || args.role != RoleKind::Guardian,
            RegistryError::GuardianReplacement
        );
        Ok(())
    }
}

/// Clears the key that may accept a role: a decision that was executed can be undone until the key
/// has accepted.
///
/// Errors: `NotGovernanceOrGuardian`, `GuardianReplacement`, `NoRoleProposed`.
pub fn handle_retract_role(ctx: Context<RetractRole>, args: RetractRoleArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let roles = &mut ctx.accounts.roles;
    let before = roles.role(args.role);
    roles.retract(args.role)?;
    roles.invariant()?;
    let seq = roles.next_event()?;
    let account = roles.key();
    emit_cpi!(RoleRetracted {
        roles: account,
        actor: ctx.accounts.authority.key(),
        role: args.role,
        current: before.current,
        proposed: KeyChange {
            old: before.proposed,
            new: Pubkey::default(),
        },
        seq,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
