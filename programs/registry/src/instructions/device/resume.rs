//! Puts a paused device back (economics §2.2, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceInput;

use crate::{
    constants::*,
    error::RegistryError,
    events::{DeviceStatusChanged, StatusReason, U8Change},
    state::Device,
};

/// Caller: the owner.
#[event_cpi]
#[derive(Accounts)]
pub struct ResumeDevice<'info> {
    pub owner: Signer<'info>,

    #[account(
        mut,
        seeds = [DEVICE_SEED, device.id.as_ref()],
        bump = device.bump,
        has_one = owner @ RegistryError::NotDeviceOwner,
    )]
    pub device: Box<Account<'info, Device>>,
}

/// Moves a paused device to `Down`; the next report may show it up.
///
/// Errors: `NotDeviceOwner`, `DeviceStatusForbids`, `DeviceTerminated`.
pub fn handle_resume_device(ctx: Context<ResumeDevice>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let device = &mut ctx.accounts.device;
    let old = device.status;
    device.apply(DeviceInput::Resume, now)?;
    device.invariant()?;
    let new = device.status;
    let seq = device.next_event()?;
    let key = device.key();
    emit_cpi!(DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.owner.key(),
        action: Pubkey::default(),
        reason: StatusReason::ResumedByOwner,
        status: U8Change { old, new },
        seq,
        at: now,
    });
    Ok(())
}
