//! Frees the devices of a booking (economics §8.6, §13.1).

use anchor_lang::prelude::*;

use super::lock::change_devices;
use crate::{constants::*, error::RegistryError, events::DevicesUnlocked, state::Config};

/// Arguments of `unlock_devices`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct UnlockDevicesArgs {
    /// The booking that holds the devices.
    pub hired_by: Pubkey,
}

/// Caller: the booking program. Remaining accounts: 1 to 8 different devices, writable.
#[event_cpi]
#[derive(Accounts)]
pub struct UnlockDevices<'info> {
    #[account(address = config.booking_caller @ RegistryError::NotBookingProgram)]
    pub caller: Signer<'info>,

    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Box<Account<'info, Config>>,
}

/// Clears `hired_by` of each device, whatever its status.
///
/// Errors: `NotBookingProgram`, `EmptyKey`, `DeviceCountOutOfBounds`, `DuplicateDevice`,
/// `NotADevice`, `NotHiredByBooking`.
pub fn handle_unlock_devices<'info>(
    ctx: Context<'info, UnlockDevices<'info>>,
    args: UnlockDevicesArgs,
) -> Result<()> {
    require_keys_neq!(args.hired_by, Pubkey::default(), RegistryError::EmptyKey);
    let (devices, seqs) = change_devices(ctx.remaining_accounts, |device| {
        require_keys_eq!(
            device.hired_by,
            args.hired_by,
            RegistryError::NotHiredByBooking
        );
        device.hired_by = Pubkey::default();
        Ok(())
    })?;
    let event = DevicesUnlocked {
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
