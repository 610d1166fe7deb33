//! Takes over a role (economics §2.2: a new role key takes effect when it accepts).

use anchor_lang::prelude::*;

use crate::{
    constants::*,
    error::RegistryError,
    events::{KeyChange, RoleAccepted},
    state::{RoleKind, Roles},
};

/// Arguments of `accept_role`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct AcceptRoleArgs {
    /// The role to take over.
    pub role: RoleKind,
}

/// Caller: the key that was proposed for the role.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: AcceptRoleArgs)]
pub struct AcceptRole<'info> {
    pub proposed: Signer<'info>,

    #[account(
        mut,
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.role(args.role).proposed == proposed.key()
            @ RegistryError::NotProposedKey,
    )]
    pub roles: Box<Account<'info, Roles>>,
}

/// Hands the role to the signer; the old key loses it at once.
///
/// Errors: `NotProposedKey`, `SlasherIsArbiter`.
pub fn handle_accept_role(ctx: Context<AcceptRole>, args: AcceptRoleArgs) -> Result<()> {
    let roles = &mut ctx.accounts.roles;
    let old = roles.role(args.role).current;
    roles.accept(args.role)?;
    roles.invariant()?;
    let seq = roles.next_event()?;
    let account = roles.key();
    let actor = ctx.accounts.proposed.key();
    emit_cpi!(RoleAccepted {
        roles: account,
        actor,
        role: args.role,
        current: KeyChange { old, new: actor },
        seq,
        at: Clock::get()?.unix_timestamp,
    });
    Ok(())
}
