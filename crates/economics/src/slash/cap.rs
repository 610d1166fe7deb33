//! Caps of a charge: table and earlier parts, rolling cap per device, network cap per day
//! (economics §5.1, §5.3).

use super::{SlashResult, SlashRuleError};
use crate::{
    math::{ceil_div, mul_div_floor, narrow, MathError},
    units::{Io, UnixSeconds, BPS_ONE},
};

/// Days whose charges count for the rolling cap. One more than 30, so that 30 d before any second of
/// today are covered.
pub const ROLLING_DAYS: i64 = 31;
/// Days the ring remembers.
const RING: i64 = 32;

/// What a device was charged per UTC day by codes 2 to 5, net of restored, bps of the requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollingCharges {
    /// Newest day of the ring.
    pub newest_day: i64,
    /// Day `d` stands at `d mod 32`.
    pub days: [u16; 32],
}

impl RollingCharges {
    /// No charge.
    pub const EMPTY: Self = Self {
        newest_day: 0,
        days: [0; 32],
    };

    fn slot(day: i64) -> SlashResult<usize> {
        usize::try_from(day.rem_euclid(RING)).map_err(|_| SlashRuleError::BrokenCase)
    }

    fn advanced(mut self, today: i64) -> SlashResult<Self> {
        if today <= self.newest_day {
            return Ok(self);
        }
        let passed = today
            .checked_sub(self.newest_day)
            .ok_or(MathError::Overflow)?;
        if passed >= RING {
            self.days = [0; 32];
        } else {
            for back in 0..passed {
                let day = today.checked_sub(back).ok_or(MathError::Overflow)?;
                if let Some(bps) = self.days.get_mut(Self::slot(day)?) {
                    *bps = 0;
                }
            }
        }
        self.newest_day = today;
        Ok(self)
    }

    /// Charges of the last [`ROLLING_DAYS`] days, bps.
    pub fn used(&self, now: UnixSeconds) -> SlashResult<u32> {
        let today = now.day_index();
        let mut sum = 0_u32;
        for back in 0..ROLLING_DAYS {
            let day = today.checked_sub(back).ok_or(MathError::Overflow)?;
            let kept = self
                .newest_day
                .checked_sub(day)
                .ok_or(MathError::Overflow)?;
            if (0..RING).contains(&kept) {
                let bps = self.days.get(Self::slot(day)?).copied().unwrap_or(0);
                sum = sum.checked_add(u32::from(bps)).ok_or(MathError::Overflow)?;
            }
        }
        Ok(sum)
    }

    /// Records a charge of today.
    pub fn charged(self, bps: u16, now: UnixSeconds) -> SlashResult<Self> {
        let mut next = self.advanced(now.day_index())?;
        if let Some(today) = next.days.get_mut(Self::slot(next.newest_day)?) {
            *today = today.checked_add(bps).ok_or(MathError::Overflow)?;
        }
        Ok(next)
    }

    /// Takes back a charge of `day`; nothing where the day has left the ring.
    pub fn reverted(mut self, bps: u16, day: i64) -> SlashResult<Self> {
        let kept = self
            .newest_day
            .checked_sub(day)
            .ok_or(MathError::Overflow)?;
        if (0..RING).contains(&kept) {
            if let Some(charged) = self.days.get_mut(Self::slot(day)?) {
                *charged = charged.checked_sub(bps).ok_or(MathError::Overflow)?;
            }
        }
        Ok(self)
    }
}

/// What limits the charge of a case of codes 2 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapTerms {
    /// Requirement of the device at the offence.
    pub required: Io,
    /// Charge of the case, bps of the requirement.
    pub bps: u16,
    /// What earlier parts of the offence charged, net of restored.
    pub charged_before: Io,
    /// Rolling charges of the device, bps.
    pub rolling_used: u32,
    /// `slash_roll_cap_bps`.
    pub rolling_cap: u16,
}

fn share(required: Io, bps: u16) -> SlashResult<Io> {
    Ok(Io::from_base_units(mul_div_floor(
        required.base_units(),
        u64::from(bps),
        u64::from(BPS_ONE),
    )?))
}

/// `min(fl(required·bps, 10000) − charged by earlier parts, left of the rolling cap)`, not below 0;
/// rounds down, for the staker (R07).
pub fn target(terms: &CapTerms) -> SlashResult<Io> {
    let charge = share(terms.required, terms.bps)?;
    let rest = charge.checked_sub(terms.charged_before).unwrap_or(Io::ZERO); // the rule's floor of 0
    let left = u32::from(terms.rolling_cap).saturating_sub(terms.rolling_used); // the rule's floor of 0
    let left = u16::try_from(left).map_err(|_| MathError::Overflow)?;
    Ok(rest.min(share(terms.required, left)?))
}

/// What a charge adds to the rolling charges, bps of the requirement; rounds up, for the staker: the
/// cap is never passed by a fraction.
pub fn rolling_bps(charged: Io, required: Io) -> SlashResult<u16> {
    let product = u128::from(charged.base_units())
        .checked_mul(u128::from(BPS_ONE))
        .ok_or(MathError::Overflow)?;
    let bps = narrow(ceil_div(product, u128::from(required.base_units()))?)?;
    Ok(u16::try_from(bps).map_err(|_| MathError::Overflow)?)
}

/// `max(slash_daily_floor, fl(counted stake · slash_daily_cap_bps, 10000))`.
pub fn daily_limit(counted: Io, cap_bps: u16, floor: Io) -> SlashResult<Io> {
    Ok(share(counted, cap_bps)?.max(floor))
}
