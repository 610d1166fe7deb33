//! Blocks a device for a slash case (economics §5.1 code 6, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceInput;

use crate::{
    error::RegistryError,
    events::{DeviceStatusChanged, StatusReason, U8Change},
    state::{Config, Device},
};

/// Arguments of `block_device`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BlockDeviceArgs {
    /// The slash case.
    pub case: Pubkey,
}

/// Caller: the staking program, with every case of offence code 6.
#[event_cpi]
#[derive(Accounts)]
pub struct BlockDevice<'info> {
    #[account(address = config.staking_caller @ RegistryError::NotStakingProgram)]
    pub caller: Signer<'info>,

    /// The program makes one `Config`, at its own address.
    pub config: Box<Account<'info, Config>>,

    /// Registration makes every `Device`, at its own address; the caller's book names this one.
    #[account(mut)]
    pub device: Box<Account<'info, Device>>,
}

/// Blocks the device and holds the block for the case; a terminated device stays terminated, and a
/// second case changes nothing. Never refuses a device, so that no proposal waits for its state.
///
/// Errors: `NotStakingProgram`, `CorruptDevice`.
pub fn handle_block_device(ctx: Context<BlockDevice>, args: BlockDeviceArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let device = &mut ctx.accounts.device;
    let (old, before) = (device.status, device.state()?);
    device.apply(DeviceInput::CaseOpened, now)?;
    device.invariant()?;
    if device.state()? == before {
        return Ok(());
    }
    let new = device.status;
    let seq = device.next_event()?;
    let key = device.key();
    let event = DeviceStatusChanged {
        device: key,
        actor: ctx.accounts.caller.key(),
        action: args.case,
        reason: StatusReason::BlockedByCase,
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
