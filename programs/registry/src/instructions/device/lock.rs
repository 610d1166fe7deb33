//! Gives devices to a booking (economics §8.6, §13.1).

use anchor_lang::prelude::*;
use ion_economics::device::DeviceStatus;

use crate::{
    constants::*,
    error::RegistryError,
    events::DevicesLocked,
    state::{Config, Device},
};

/// Arguments of `lock_devices`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct LockDevicesArgs {
    /// The booking.
    pub hired_by: Pubkey,
}

/// Caller: the booking program. Remaining accounts: 1 to 8 different devices, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct LockDevices<'info> {
    #[account(address = config.booking_caller @ RegistryError::NotBookingProgram)]
    pub caller: Signer<'info>,

    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,
}

/// Loads the devices of a call, changes each and writes it back; returns their keys and event
/// numbers in the order given.
///
/// Errors: `DeviceCountOutOfBounds`, `DuplicateDevice`, `NotADevice`, those of `change`.
pub(crate) fn change_devices<'info>(
    accounts: &'info [AccountInfo<'info>],
    mut change: impl FnMut(&mut Device) -> Result<()>,
) -> Result<(Vec<Pubkey>, Vec<u64>)> {
    require!(
        (1..=MAX_LOCK_DEVICES).contains(&accounts.len()),
        RegistryError::DeviceCountOutOfBounds
    );
    let mut keys: Vec<Pubkey> = Vec::with_capacity(accounts.len());
    let mut seqs = Vec::with_capacity(accounts.len());
    for info in accounts {
        require!(!keys.contains(info.key), RegistryError::DuplicateDevice);
        require!(info.is_writable, RegistryError::NotADevice);
        let mut device =
            Account::<Device>::try_from(info).map_err(|_| RegistryError::NotADevice)?;
        change(&mut device)?;
        device.invariant()?;
        seqs.push(device.next_event()?);
        keys.push(*info.key);
        store(&device, info)?;
    }
    Ok((keys, seqs))
}

/// Writes a device back in one piece: into the account itself every field would take a syscall.
///
/// Errors: `AccountDidNotSerialize`.
fn store(device: &Account<Device>, info: &AccountInfo) -> Result<()> {
    let mut bytes = Vec::with_capacity(Device::SPACE);
    device.try_serialize(&mut bytes)?;
    info.try_borrow_mut_data()?
        .get_mut(..bytes.len())
        .ok_or(ErrorCode::AccountDidNotSerialize)?
        .copy_from_slice(&bytes);
    Ok(())
}

/// Sets `hired_by` of each device. Stake, cooldown, age and `open_until` are checked by the booking
/// program before the call.
///
/// Errors: `NotBookingProgram`, `EmptyKey`, `DeviceCountOutOfBounds`, `DuplicateDevice`,
/// `NotADevice`, `DeviceHired`, `DeviceNotUp`.
pub fn handle_lock_devices<'info>(
    ctx: Context<'info, LockDevices<'info>>,
    args: LockDevicesArgs,
) -> Result<()> {
    require_keys_neq!(args.hired_by, Pubkey::default(), RegistryError::EmptyKey);
    let (devices, seqs) = change_devices(ctx.remaining_accounts, |device| {
        require!(!device.is_hired(), RegistryError::DeviceHired);
        require!(
            DeviceStatus::is_hireable(device.device_status()?),
            RegistryError::DeviceNotUp
        );
        device.hired_by = args.hired_by;
        Ok(())
    })?;
    let event = DevicesLocked {
        actor: ctx.accounts.caller.key(),
        hired_by: args.hired_by,
        devices,
        seqs,
        at: Clock::get()?.unix_timestamp,
    };
    crate::emit(
        &event,
        &crate::ID,
        &ctx.accounts.event_authority,
        crate::EVENT_AUTHORITY_AND_BUMP.1,
    )
}
