//! Ends the block that a slash case held (economics §5.4, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceInput;

use crate::{
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

    /// The program makes one `Config`, at its own address.
    pub config: Box<Account<'info, Config>>,

    /// Registration makes every `Device`, at its own address; the caller's book names this one.
    #[account(mut)]
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
    let event = DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.caller.key(),
        action: args.case,
        reason,
        status: U8Change { old, new },
        seq,
        at: now,
    };
    crate::emit(
        &event,
        &crate::ID,
        &ctx.accounts.event_authority,
        crate::EVENT_AUTHORITY_AND_BUMP.1,
    )
}
