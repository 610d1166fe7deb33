//! Takes a device out for a while (economics §2.2, §13.1).

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
pub struct PauseDevice<'info> {
    pub owner: Signer<'info>,

    #[account(
        mut,
        seeds = [DEVICE_SEED, device.id.as_ref()],
        bump = device.bump,
        has_one = owner @ RegistryError::NotDeviceOwner,
    )]
    pub device: Box<Account<'info, Device>>,
}

/// Moves a free device in service to `Paused`.
///
/// Errors: `NotDeviceOwner`, `DeviceHired`, `DeviceStatusForbids`, `DeviceTerminated`.
pub fn handle_pause_device(ctx: Context<PauseDevice>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let device = &mut ctx.accounts.device;
    let old = device.status;
    let hired = device.is_hired();
    device.apply(DeviceInput::Pause { hired }, now)?;
    device.invariant()?;
    let new = device.status;
    let seq = device.next_event()?;
    let key = device.key();
    emit_cpi!(DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.owner.key(),
        action: Pubkey::default(),
        reason: StatusReason::PausedByOwner,
        status: U8Change { old, new },
        seq,
        at: now,
    });
    Ok(())
}
