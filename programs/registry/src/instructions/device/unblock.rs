//! Ends the block that a slash case held (economics §5.4, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceInput;

use crate::{
    constants::*,
    error::RegistryError,
    events::{DeviceStatusChanged, StatusReason, U8Change},
    state::{Config, Device},
};

/// Arguments of `unblock_device`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnblockDeviceArgs {
    /// The slash case that ended last.
    pub case: Pubkey,
    /// Whether it was fully restored.
    pub restored: bool,
}

/// Caller: the staking program, when no case of offence code 6 of the device is open any more.
#[event_cpi]
#[derive(Accounts)]
pub struct UnblockDevice<'info> {
    #[account(address = config.staking_caller @ RegistryError::NotStakingProgram)]
    pub caller: Signer<'info>,

    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,

    #[account(mut, seeds = [DEVICE_SEED, device.id.as_ref()], bump = device.bump)]
    pub device: Box<Account<'info, Device>>,
}

/// Lifts the block after a full restore, unless governance keeps one of its own; after any other end
/// the device stays blocked until governance unblocks it. Never refuses a device, so that no case
/// waits for its state.
///
/// Errors: `NotStakingProgram`, `CorruptDevice`.
pub fn handle_unblock_device(ctx: Context<UnblockDevice>, args: UnblockDeviceArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let device = &mut ctx.accounts.device;
    let (old, before) = (device.status, device.state()?);
    let restored = args.restored;
    device.apply(DeviceInput::CasesEnded { restored }, now)?;
    device.invariant()?;
    if device.state()? == before {
        return Ok(());
    }
    let new = device.status;
    let seq = device.next_event()?;
    let key = device.key();
    let reason = if restored {
        StatusReason::RestoredByCase
    } else {
        StatusReason::LeftToGovernance
    };
    emit_cpi!(DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.caller.key(),
        action: args.case,
        reason,
        status: U8Change { old, new },
        seq,
        at: now,
    });
    Ok(())
}
