//! Whether a device can be hired now (economics §8.6).

use anchor_lang::prelude::*;
use ion_economics::{params::booking as params, units::HOUR};
use registry::state::{Device, Params, ProcessorClass};
use staking::state::{is_stake_sufficient, DeviceStake};

use crate::error::BookingError;

/// What a device is checked against.
pub(crate) struct Hire<'a> {
    /// Parameters of the staking program.
    staking: &'a Params,
    /// Latest moment the hire can end, Unix seconds.
    latest_end: i64,
    onboarding_s: i64,
    now: i64,
}

impl<'a> Hire<'a> {
    /// A hire that can last until `latest_end`. `account`: parameters of this program.
    pub(crate) fn new(
        account: &Params,
        staking: &'a Params,
        latest_end: i64,
        now: i64,
    ) -> Result<Self> {
        let onboarding_s = account
            .value(&params::ONBOARDING_HOURS, now)
            .checked_mul(HOUR)
            .ok_or(BookingError::MathOverflow)?;
        Ok(Self {
            staking,
            latest_end,
            onboarding_s,
            now,
        })
    }
}

/// Whether the device can be hired now: up, not hired, onboarded long enough, open until the end,
/// full stake, owner not leaving. A device nobody ever staked has no stake account, and is
/// unavailable.
///
/// Errors: `WrongStake`, `WrongClass`, `StakeUnreadable`.
#[inline(never)]
pub(crate) fn is_available(
    key: &Pubkey,
    device: &Device,
    stake: &AccountInfo,
    class: &ProcessorClass,
    hire: &Hire,
) -> Result<bool> {
    require_eq!(class.id, device.class, BookingError::WrongClass);
    if *stake.owner != staking::ID {
        let (expected, _) = Pubkey::find_program_address(
            &[staking::constants::STAKE_SEED, key.as_ref()],
            &staking::ID,
        );
        require_keys_eq!(*stake.key, expected, BookingError::WrongStake);
        return Ok(false);
    }
    let stake = {
        let data = stake.try_borrow_data()?;
        Box::new(DeviceStake::try_deserialize(&mut &data[..])?)
    };
    require_keys_eq!(stake.device, *key, BookingError::WrongStake);
    let hireable_at = device
        .onboarded_at
        .checked_add(hire.onboarding_s)
        .ok_or(BookingError::MathOverflow)?;
    let is_staked = is_stake_sufficient(&stake, device, class, hire.staking, hire.now)
        .map_err(|_| BookingError::StakeUnreadable)?;
    Ok(device.is_free()
        && device.onboarded_at != 0
        && hire.now >= hireable_at
        && (device.open_until == 0 || hire.latest_end <= device.open_until)
        && stake.cooling_io == 0
        && is_staked)
}
