//! Returns the rent of an exemption that is over (economics §1.6).

use anchor_lang::prelude::*;
use ion_economics::units::UnixSeconds;

use crate::{
    constants::*,
    error::RegistryError,
    events::ExemptionClosed,
    state::{Config, Exemption},
};

/// Caller: anyone.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseExemption<'info> {
    pub cranker: Signer<'info>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(
        mut,
        close = payer,
        seeds = [EXEMPTION_SEED, exemption.target.as_ref()],
        bump = exemption.bump,
        has_one = payer @ RegistryError::WrongRentPayer,
    )]
    pub exemption: Box<Account<'info, Exemption>>,

    /// CHECK: the payer stored in the exemption (`has_one` above); receives lamports only.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

/// Closes an exemption that was cancelled or whose window is over; one that ended by itself counts
/// as live until then.
///
/// Errors: `ExemptionStillRuns`, `WrongRentPayer`.
pub fn handle_close_exemption(ctx: Context<CloseExemption>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let rule = ctx.accounts.exemption.to_rule();
    rule.check_closable(UnixSeconds::new(now))
        .map_err(RegistryError::from)?;
    let config = &mut ctx.accounts.config;
    if rule.cancelled_at.is_none() {
        config.live_exemptions = config
            .live_exemptions
            .checked_sub(1)
            .ok_or(RegistryError::ArithmeticOverflow)?;
    }
    let seq = ctx.accounts.exemption.next_event()?;

    let exemption = &ctx.accounts.exemption;
    emit_cpi!(ExemptionClosed {
        exemption: exemption.key(),
        actor: ctx.accounts.cranker.key(),
        payer: ctx.accounts.payer.key(),
        id: exemption.id,
        target: exemption.target,
        cancelled_at: exemption.cancelled_at,
        live: ctx.accounts.config.live_exemptions,
        seq,
        at: now,
    });
    Ok(())
}
