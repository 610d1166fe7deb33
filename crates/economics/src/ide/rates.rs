//! Dated rates of a processor class (economics §10.2, §10.7).

use super::Status;
use crate::math::{add, mul_div_floor, MathError};

/// Sets a class keeps.
pub const RATE_SETS: usize = 8;
/// Days between two changes of a class.
const STEP_DAYS: u64 = 7;
/// One in basis points.
const BPS: u64 = 10_000;

/// Rates of a class from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateSet {
    /// First UTC day index; 0 = the place is empty.
    pub from_day: u64,
    /// Availability, 1e-6 USD per processor-hour.
    pub avail_usd_micros: u64,
    /// Hire, 1e-6 USD per processor-hour.
    pub hire_usd_micros: u64,
    /// List price, 1e-6 USD per processor-hour.
    pub list_usd_micros: u64,
    /// Most processors that count.
    pub max_processors: u32,
}

impl RateSet {
    /// An empty place.
    pub const NONE: Self = Self {
        from_day: 0,
        avail_usd_micros: 0,
        hire_usd_micros: 0,
        list_usd_micros: 0,
        max_processors: 0,
    };
}

/// Why rates cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateError {
    /// Availability and hire together exceed the list price, or list price or limit is zero.
    OutOfBounds,
    /// A value moves further, or in another direction, than the status allows.
    StepTooLarge,
    /// The last change is less than seven days old, or a set of that day exists.
    TooSoon,
    /// The change would drop a set that an unreported day still needs.
    SetInUse,
    /// Arithmetic.
    Math(MathError),
}

impl From<MathError> for RateError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// The last sets of a class, oldest first, empty places at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateHistory {
    /// The sets.
    pub sets: [RateSet; RATE_SETS],
}

impl RateHistory {
    /// Without sets.
    pub const EMPTY: Self = Self {
        sets: [RateSet::NONE; RATE_SETS],
    };

    /// The set of a day: the last one that holds from that day or before; `None` before the first.
    pub fn of_day(&self, day: u64) -> Option<RateSet> {
        self.sets
            .iter()
            .rev()
            .find(|set| set.from_day != 0 && set.from_day <= day)
            .copied()
    }

    /// The newest set.
    pub fn last(&self) -> Option<RateSet> {
        self.sets
            .iter()
            .rev()
            .find(|set| set.from_day != 0)
            .copied()
    }

    /// With a new set. The first set of a class is free within the hard bounds; a later one moves
    /// each value by at most `step_bps` of the last, in the directions of the status, and not before
    /// seven days after the last. `needed_from` is the oldest day that has not been reported.
    ///
    /// Steps round down: never more than the share. Errors: [`RateError`].
    pub fn with(
        mut self,
        next: RateSet,
        status: Status,
        step_bps: u16,
        needed_from: u64,
    ) -> Result<Self, RateError> {
        let sum = add(next.avail_usd_micros, next.hire_usd_micros)?;
        if sum > next.list_usd_micros
            || next.list_usd_micros == 0
            || next.max_processors == 0
            || next.from_day == 0
        {
            return Err(RateError::OutOfBounds);
        }
        if let Some(last) = self.last() {
            if next.from_day < add(last.from_day, STEP_DAYS)? {
                return Err(RateError::TooSoon);
            }
            check_steps(&last, &next, status, step_bps)?;
        }
        if let Some(free) = self.sets.iter_mut().find(|set| set.from_day == 0) {
            *free = next;
            return Ok(self);
        }
        // Full: the oldest is dropped, if the second holds for every day still needed.
        let [_, second, ..] = self.sets;
        if second.from_day > needed_from {
            return Err(RateError::SetInUse);
        }
        self.sets.rotate_left(1);
        if let Some(slot) = self.sets.last_mut() {
            *slot = next;
        }
        Ok(self)
    }
}

/// Each value against its last one (economics §10.7).
fn check_steps(
    last: &RateSet,
    next: &RateSet,
    status: Status,
    step_bps: u16,
) -> Result<(), RateError> {
    let (pay_up, pay_down, list_down) = match status {
        Status::Normal => (true, false, true),
        Status::Deficit | Status::Critical => (false, true, false),
    };
    let pays = [
        (last.avail_usd_micros, next.avail_usd_micros),
        (last.hire_usd_micros, next.hire_usd_micros),
    ];
    for (old, new) in pays {
        check_step(old, new, step_bps, pay_up, pay_down)?;
    }
    check_step(
        last.list_usd_micros,
        next.list_usd_micros,
        step_bps,
        true,
        list_down,
    )
}

fn check_step(
    old: u64,
    new: u64,
    step_bps: u16,
    may_rise: bool,
    may_fall: bool,
) -> Result<(), RateError> {
    let allowed = (new > old && may_rise) || (new < old && may_fall) || new == old;
    let most = mul_div_floor(old, u64::from(step_bps), BPS)?;
    if allowed && new.abs_diff(old) <= most {
        Ok(())
    } else {
        Err(RateError::StepTooLarge)
    }
}
