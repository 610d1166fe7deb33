//! Ends a device (economics §2.2, §13.1).

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
pub struct TerminateDevice<'info> {
    pub owner: Signer<'info>,

    #[account(
        mut,
        seeds = [DEVICE_SEED, device.id.as_ref()],
        bump = device.bump,
        has_one = owner @ RegistryError::NotDeviceOwner,
    )]
    pub device: Box<Account<'info, Device>>,
}

/// Ends a device that no booking holds. Its stake stays: each party exits by itself.
///
/// Errors: `NotDeviceOwner`, `DeviceHired`, `DeviceTerminated`.
pub fn handle_terminate_device(ctx: Context<TerminateDevice>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let device = &mut ctx.accounts.device;
    let old = device.status;
    let hired = device.is_hired();
    device.apply(DeviceInput::TerminateByOwner { hired }, now)?;
    device.invariant()?;
    let new = device.status;
    let seq = device.next_event()?;
    let key = device.key();
    emit_cpi!(DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.owner.key(),
        action: Pubkey::default(),
        reason: StatusReason::TerminatedByOwner,
        status: U8Change { old, new },
        seq,
        at: now,
    });
    Ok(())
}
