//! Returns the rent of a finished decision (economics §1.6).

use anchor_lang::prelude::*;
use ion_economics::{governance, units::UnixSeconds};

use crate::{constants::*, error::RegistryError, events::ActionClosed, state::Action};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseAction<'info> {
    pub cranker: Signer<'info>,

    #[account(
        mut,
        close = payer,
        seeds = [ACTION_SEED, &action.id.to_le_bytes()],
        bump = action.bump,
        has_one = payer @ RegistryError::WrongRentPayer,
    )]
    pub action: Box<Account<'info, Action>>,

    /// CHECK: the payer stored in the action (`has_one` above); receives lamports only.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

/// Closes an action that is executed, cancelled or expired.
///
/// Errors: `ActionStillOpen`, `WrongRentPayer`.
pub fn handle_close_action(ctx: Context<CloseAction>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let action = &mut ctx.accounts.action;
    governance::is_closable(
        action.action_status()?,
        action.window(),
        UnixSeconds::new(now),
    )
    .map_err(RegistryError::from)?;
    let seq = action.next_event()?;

    emit_cpi!(ActionClosed {
        action: ctx.accounts.action.key(),
        actor: ctx.accounts.cranker.key(),
        payer: ctx.accounts.payer.key(),
        id: ctx.accounts.action.id,
        status: ctx.accounts.action.status,
        seq,
        at: now,
    });
    Ok(())
}
