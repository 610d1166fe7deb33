//! What the stake rules see of a device, its class and the parameters (economics §3.1).

use anchor_lang::prelude::*;
use ion_economics::{
    device::DeviceStatus,
    params::{staking as param, Param},
    stake::{co_cap, required, DeviceFacts, RequirementChange, RequirementLine, StakeParams, View},
    units::{Bps, Io, UnixSeconds},
};
use registry::state::{Device, Params, ProcessorClass};

use super::DeviceStake;
use crate::error::StakingError;

/// A parameter that is never negative, in base units of IO.
pub(crate) fn io(params: &Params, which: &Param, now: i64) -> Result<Io> {
    let value = u64::try_from(params.value(which, now));
    Ok(Io::from_base_units(
        value.map_err(|_| StakingError::WrongParams)?,
    ))
}

/// A parameter in basis points.
pub(crate) fn bps(params: &Params, which: &Param, now: i64) -> Result<u16> {
    let value = u16::try_from(params.value(which, now));
    Ok(value.map_err(|_| StakingError::WrongParams)?)
}

/// Requirement of a device at `at` (Unix seconds; not after now), 1e-8 IO, rounded up (R01).
///
/// Errors: `WrongParams`, `ArithmeticOverflow`.
pub fn required_at(
    device: &Device,
    class: &ProcessorClass,
    params: &Params,
    at: i64,
) -> Result<Io> {
    let base = io(params, &param::BASE_STAKE, at)?;
    let required = required(base, class.stake_multiplier(at), device.qty);
    Ok(required.map_err(StakingError::from)?)
}

/// A change of the requirement at `at`, if it is in force by now.
fn change(
    device: &Device,
    class: &ProcessorClass,
    params: &Params,
    at: i64,
    now: i64,
) -> Result<Option<RequirementChange>> {
    if at == 0 || at > now {
        return Ok(None);
    }
    let earlier = at.checked_sub(1).ok_or(StakingError::ArithmeticOverflow)?;
    Ok(Some(RequirementChange {
        at: UnixSeconds::new(at),
        before: required_at(device, class, params, earlier)?,
    }))
}

/// The world as the stake rules see it at `now`.
///
/// The caller has checked that the class is the device's and the parameters are this program's.
/// Errors: `WrongParams`, `ArithmeticOverflow`, the registry's `CorruptDevice`.
#[inline(never)] // a stack frame apart from the handler's
pub fn view(
    device: &Device,
    class: &ProcessorClass,
    params: &Params,
    now: UnixSeconds,
) -> Result<View> {
    let t = now.get();
    let current = required_at(device, class, params, t)?;
    let base_change_at = params
        .pending
        .iter()
        .filter(|pending| pending.slot == param::BASE_STAKE.slot)
        .map(|pending| pending.effective_at)
        .max()
        .unwrap_or(0);
    let portion =
        Bps::new(bps(params, &param::MAX_CO_PORTION_BPS, t)?).ok_or(StakingError::WrongParams)?;
    let status = device.device_status()?;
    Ok(View {
        now,
        requirement: RequirementLine::new(
            current,
            change(device, class, params, class.mult_next_at, t)?,
            change(device, class, params, base_change_at, t)?,
        ),
        co_cap: co_cap(current, portion).map_err(StakingError::from)?,
        device: DeviceFacts {
            is_up: status == DeviceStatus::Up,
            is_blocked: status == DeviceStatus::Blocked,
            is_terminated: status == DeviceStatus::Terminated,
            is_hired: device.is_hired(),
            is_class_withdrawn: class.is_withdrawn(t),
        },
        params: StakeParams {
            min_topup: io(params, &param::MIN_TOPUP, t)?,
            min_offer: io(params, &param::MIN_OFFER, t)?,
            cooldown: params.value(&param::COOLDOWN, t),
            wait_period: params.value(&param::WAIT_PERIOD, t),
            cure_period: params.value(&param::CURE_PERIOD, t),
            withdrawn_cooldown: params.value(&param::WITHDRAWN_COOLDOWN, t),
            min_share_bps: bps(params, &param::MIN_SHARE_BPS, t)?,
            max_share_bps: bps(params, &param::MAX_SHARE_BPS, t)?,
            offer_ttl: params.value(&param::OFFER_TTL, t),
            max_positions: u64::try_from(params.value(&param::MAX_POSITIONS_PER_COSTAKER, t))
                .map_err(|_| StakingError::WrongParams)?,
        },
    })
}

/// Whether a device's counted stake meets its requirement at `now` (Unix seconds), as a hire
/// demands (economics §3.3).
///
/// `params` are the staking program's; the caller has checked that `stake.device` is the address of
/// `device`. Errors: `WrongClass`, `WrongParams`, `BrokenLedger`, `ArithmeticOverflow`.
pub fn is_stake_sufficient(
    stake: &DeviceStake,
    device: &Device,
    class: &ProcessorClass,
    params: &Params,
    now: i64,
) -> Result<bool> {
    require!(class.id == device.class, StakingError::WrongClass);
    require_keys_eq!(params.program, crate::ID, StakingError::WrongParams);
    let required = required_at(device, class, params, now)?;
    Ok(stake.eligible_io(now)? >= required.base_units())
}
