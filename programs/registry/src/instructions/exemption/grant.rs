//! Exempts a device from eligibility rules for a while (economics §2.2, §7.2).

use anchor_lang::prelude::*;
use ion_economics::{
    exemption::{self, Grantor, Limits, Request},
    params::registry::{EXEMPTION_CAP, EXEMPTION_DELAY, EXEMPTION_MAX, EXEMPTION_MAX_QTY},
    units::UnixSeconds,
};

use crate::{
    constants::*,
    error::RegistryError,
    events::ExemptionGranted,
    state::{Config, Device, Exemption, Params, Roles},
};

/// Arguments of `grant_exemption`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct GrantExemptionArgs {
    /// Rules the device is exempt from, bits of `ion_economics::exemption`.
    pub flags: u32,
    /// Seconds from the start to the end, 1 to `exemption_max`.
    pub window_seconds: i64,
    /// SHA-256 of the published reason, not zeros.
    pub reason_hash: [u8; 32],
}

/// Caller: the exemption admin or governance.
#[event_cpi]
#[derive(Accounts)]
pub struct GrantExemption<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,

    pub authority: Signer<'info>,

    #[account(
        seeds = [ROLES_SEED],
        bump = roles.bump,
        constraint = roles.governance.current == authority.key()
            || roles.exemption_admin.current == authority.key()
            @ RegistryError::NotExemptionAdmin,
    )]
    pub roles: Box<Account<'info, Roles>>,

    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = params.bump)]
    pub params: Box<Account<'info, Params>>,

    #[account(seeds = [DEVICE_SEED, device.id.as_ref()], bump = device.bump)]
    pub device: Box<Account<'info, Device>>,

    #[account(
        init,
        payer = payer,
        space = Exemption::SPACE,
        seeds = [EXEMPTION_SEED, device.key().as_ref()],
        bump,
    )]
    pub exemption: Box<Account<'info, Exemption>>,

    pub system_program: Program<'info, System>,
}

impl GrantExemption<'_> {
    /// Checks the request against the limits in force and returns the times.
    fn grant(&self, args: &GrantExemptionArgs, now: i64) -> Result<exemption::Exemption> {
        require!(args.reason_hash != [0; 32], RegistryError::EmptyReason);
        let grantor = if self.roles.governance.current == self.authority.key() {
            Grantor::Governance
        } else {
            Grantor::Admin
        };
        let request = Request {
            grantor,
            flags: args.flags,
            window_seconds: args.window_seconds,
            status: self.device.device_status()?,
            qty: self.device.qty,
            live: self.config.live_exemptions,
        };
        let limits = Limits {
            max_seconds: self.params.value(&EXEMPTION_MAX, now),
            delay_seconds: self.params.value(&EXEMPTION_DELAY, now),
            cap: self.params.value(&EXEMPTION_CAP, now),
            max_qty: self.params.value(&EXEMPTION_MAX_QTY, now),
        };
        exemption::Exemption::grant(request, limits, UnixSeconds::new(now))
            .map_err(|rule| RegistryError::from(rule).into())
    }
}

/// Stores the grant; it is in force `exemption_delay` later, so that the guardian and governance can
/// cancel it before. One grant per device at a time.
///
/// Errors: `NotExemptionAdmin`, `EmptyReason`, `InvalidExemptionFlags`, `ExemptionFlagReserved`,
/// `ExemptionWindowOutOfBounds`, `DeviceCannotBeExempt`, `ExemptionTooLarge`,
/// `ExemptionCapReached`.
pub fn handle_grant_exemption(
    ctx: Context<GrantExemption>,
    args: GrantExemptionArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let rule = ctx.accounts.grant(&args, now)?;
    let config = &mut ctx.accounts.config;
    config.live_exemptions = config
        .live_exemptions
        .checked_add(1)
        .ok_or(RegistryError::ArithmeticOverflow)?;
    config.exemptions_granted = config
        .exemptions_granted
        .checked_add(1)
        .ok_or(RegistryError::ArithmeticOverflow)?;
    let (id, live) = (config.exemptions_granted, config.live_exemptions);

    ctx.accounts.exemption.set_inner(Exemption {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.exemption,
        id,
        target: ctx.accounts.device.key(),
        payer: ctx.accounts.payer.key(),
        grantor: ctx.accounts.authority.key(),
        flags: rule.flags,
        granted_at: now,
        starts_at: rule.starts_at.get(),
        ends_at: rule.ends_at.get(),
        cancelled_at: 0,
        reason_hash: args.reason_hash,
        event_seq: 1,
        _reserved: [0; 32],
    });

    let exemption = &ctx.accounts.exemption;
    emit_cpi!(ExemptionGranted {
        exemption: exemption.key(),
        actor: exemption.grantor,
        payer: exemption.payer,
        id,
        target: exemption.target,
        qty: ctx.accounts.device.qty,
        flags: exemption.flags,
        starts_at: exemption.starts_at,
        ends_at: exemption.ends_at,
        reason_hash: exemption.reason_hash,
        live,
        seq: exemption.event_seq,
        at: now,
    });
    Ok(())
}
