//! Required stake and co-stake cap of a device (economics §3.1, §3.2).
//!
//! Mechanism: the requirement is the base stake per processor, scaled by the class multiplier with
//! a floor of 1.0. A raise reaches the stake side only after its grace, so the requirement is a
//! step function of time; [`RequirementLine`] keeps the steps already taken, since the moment a
//! device fell below it starts the owner's cure period.

use crate::{
    math::{mul_div_ceil, mul_div_floor, MathError, MathResult},
    units::{Bps, Io, UnixSeconds, BPS_ONE},
};

/// Multiplier 1.0, in 1e-4: the floor for stake.
pub const MULT_ONE: u32 = 10_000;

/// `required = ce(base_stake · max(10,000, mult_fp) · qty, 10,000)`, rounded up (R01).
///
/// `base_stake` is IO per processor, `mult_fp` in 1e-4 (0..=1,000,000), `qty` 1..=64 processors.
/// Bound: 8e16 · 1e6 · 64 < 2^83.
///
/// ```
/// use ion_economics::{stake::required, units::{Io, IO_ONE}};
/// let base = Io::from_base_units(200 * IO_ONE);
/// assert_eq!(required(base, 100_000, 8).unwrap().base_units(), 16_000 * IO_ONE);
/// assert_eq!(required(base, 2_500, 4).unwrap().base_units(), 800 * IO_ONE);
/// ```
pub fn required(base_stake: Io, mult_fp: u32, qty: u8) -> MathResult<Io> {
    let factor = u64::from(mult_fp.max(MULT_ONE))
        .checked_mul(u64::from(qty))
        .ok_or(MathError::Overflow)?;
    // Up: the protocol is never short of a unit.
    mul_div_ceil(base_stake.base_units(), factor, u64::from(MULT_ONE)).map(Io::from_base_units)
}

/// `co_cap = fl(required · max_co_portion_bps, 10000)`, rounded down: the owner covers the odd unit
/// (R02).
pub fn co_cap(required: Io, max_co_portion: Bps) -> MathResult<Io> {
    mul_div_floor(
        required.base_units(),
        u64::from(max_co_portion.get()),
        u64::from(BPS_ONE),
    )
    .map(Io::from_base_units)
}

/// A change of the requirement that is already in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequirementChange {
    /// First instant of the new requirement (the end of a grace).
    pub at: UnixSeconds,
    /// Requirement until then.
    pub before: Io,
}

/// The requirement of a device over time, as far back as its last changes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequirementLine {
    /// Requirement of now.
    pub current: Io,
    /// Last changes in force, newest first: class multiplier and base stake.
    pub changes: [Option<RequirementChange>; 2],
}

impl RequirementLine {
    /// A requirement that did not change lately.
    pub const fn constant(current: Io) -> Self {
        Self {
            current,
            changes: [None, None],
        }
    }

    /// A requirement with up to two changes in force, in any order.
    pub fn new(current: Io, a: Option<RequirementChange>, b: Option<RequirementChange>) -> Self {
        let changes = match (a, b) {
            (Some(x), Some(y)) if x.at < y.at => [Some(y), Some(x)],
            (None, y) => [y, None],
            other => [other.0, other.1],
        };
        Self { current, changes }
    }

    /// Requirement at `at`, which is not after the instant the line was drawn for.
    pub fn at(&self, at: UnixSeconds) -> Io {
        self.changes
            .iter()
            .flatten()
            .take_while(|change| at < change.at)
            .last()
            .map_or(self.current, |change| change.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::IO_ONE;

    fn io(base_units: u64) -> Io {
        Io::from_base_units(base_units)
    }

    #[test]
    fn required_follows_the_published_table() {
        let base = io(200 * IO_ONE);
        for (mult, qty, whole) in [
            (100_000, 8, 16_000),
            (2_500, 4, 800),
            (15_000, 4, 1_200),
            (120_000, 8, 19_200),
            (300_000, 8, 48_000),
            (0, 1, 200),
            (10_000, 1, 200),
        ] {
            assert_eq!(required(base, mult, qty), Ok(io(whole * IO_ONE)));
        }
    }

    #[test]
    fn required_rounds_up_and_reports_overflow() {
        assert_eq!(required(io(1), 10_001, 1), Ok(io(2)));
        assert_eq!(required(io(1), 10_000, 1), Ok(io(1)));
        assert_eq!(required(io(0), 1_000_000, 64), Ok(io(0)));
        assert_eq!(
            required(io(u64::MAX), 1_000_000, 64),
            Err(MathError::Overflow)
        );
    }

    #[test]
    fn co_cap_rounds_down() {
        let half = Bps::new(5_000).unwrap();
        assert_eq!(co_cap(io(333), half), Ok(io(166)));
        assert_eq!(co_cap(io(334), half), Ok(io(167)));
        assert_eq!(co_cap(io(333), Bps::new(0).unwrap()), Ok(io(0)));
        assert_eq!(
            co_cap(io(u64::MAX), Bps::new(10_000).unwrap()),
            Ok(io(u64::MAX))
        );
    }

    #[test]
    fn line_gives_the_requirement_of_each_segment() {
        let change = |at, before| {
            Some(RequirementChange {
                at: UnixSeconds::new(at),
                before: io(before),
            })
        };
        for line in [
            RequirementLine::new(io(300), change(200, 200), change(100, 100)),
            RequirementLine::new(io(300), change(100, 100), change(200, 200)),
        ] {
            let at = |t| line.at(UnixSeconds::new(t)).base_units();
            assert_eq!((at(99), at(100), at(199), at(200)), (100, 200, 200, 300));
        }
        let one = RequirementLine::new(io(300), None, change(100, 100));
        assert_eq!(one.at(UnixSeconds::new(99)), io(100));
        assert_eq!(one.at(UnixSeconds::new(100)), io(300));
        assert_eq!(
            RequirementLine::constant(io(5)).at(UnixSeconds::new(0)),
            io(5)
        );
    }
}
