//! Calls to `registry` that lock and free devices, signed with this program's caller address.

use anchor_lang::prelude::*;

use crate::{
    constants::{CALLER_BUMP, CALLER_SEED},
    error::BookingError,
};

/// Accounts of a call to `registry`.
pub(crate) struct DeviceCall<'info> {
    /// Address with which this program signs.
    pub caller: AccountInfo<'info>,
    /// Registry's Config.
    pub config: AccountInfo<'info>,
    /// Event authority of registry.
    pub event_authority: AccountInfo<'info>,
    /// The registry program.
    pub program: AccountInfo<'info>,
}

impl<'info> DeviceCall<'info> {
    /// Marks the devices as hired by the booking.
    pub(crate) fn lock(self, booking: Pubkey, devices: Vec<AccountInfo<'info>>) -> Result<()> {
        registry::cpi::lock_devices(
            CpiContext::new_with_signer(
                registry::ID,
                registry::cpi::accounts::LockDevices {
                    caller: self.caller,
                    config: self.config,
                    event_authority: self.event_authority,
                    program: self.program,
                },
                &[&[CALLER_SEED, &[CALLER_BUMP]]],
            )
            .with_remaining_accounts(devices),
            registry::LockDevicesArgs { hired_by: booking },
        )
    }

    /// Frees the devices of the booking: exactly `expected`, in this order; no call when there is
    /// none.
    ///
    /// Errors: `DeviceAccounts`.
    pub(crate) fn unlock(
        self,
        booking: Pubkey,
        expected: &[Pubkey],
        devices: &[AccountInfo<'info>],
    ) -> Result<()> {
        require!(
            devices.iter().map(|device| device.key).eq(expected),
            BookingError::DeviceAccounts
        );
        if expected.is_empty() {
            return Ok(());
        }
        registry::cpi::unlock_devices(
            CpiContext::new_with_signer(
                registry::ID,
                registry::cpi::accounts::UnlockDevices {
                    caller: self.caller,
                    config: self.config,
                    event_authority: self.event_authority,
                    program: self.program,
                },
                &[&[CALLER_SEED, &[CALLER_BUMP]]],
            )
            .with_remaining_accounts(devices.to_vec()),
            registry::UnlockDevicesArgs { hired_by: booking },
        )
    }
}
