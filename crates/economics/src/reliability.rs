//! Reliability score of a device (economics §11).
//!
//! Mechanism: five components in basis points per UTC day, each smoothed over about a month, are
//! weighed; upheld offences of the last 90 days are subtracted. Place of use: the verifiers' device
//! reports; the scheduler and the offer filters read the result. Invariant: every step rounds down
//! (R19), the score lies in 0..=10,000, and a component that was exempted keeps its value.

use crate::{
    math::{mul_div_floor, narrow, MathError, MathResult},
    params::registry as param,
    units::BPS_ONE,
};

/// Minutes of a UTC day.
const DAY_MINUTES: u64 = 1_440;
/// Hours of a UTC day.
const DAY_HOURS: u64 = 24;
/// Cost of one disconnect in the stability of its day, bps.
const DISCONNECT_COST: u64 = 1_000;
/// Weight of the past and of today in the smoothing, of 31 parts.
const SMOOTH: (u64, u64) = (29, 2);
/// Cost of an upheld offence on its day, bps.
const OFFENCE_COST: u64 = 2_000;
/// Days in which an upheld offence counts.
pub const OFFENCE_DAYS: u64 = 90;
/// Hours after onboarding for which the score is unknown.
pub const UNKNOWN_HOURS: u64 = 72;

/// The five components, bps 0 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Components {
    /// u: minutes up.
    pub uptime: u16,
    /// w: work proofs passed, light probes included.
    pub work: u16,
    /// c: cluster tests passed.
    pub cluster: u16,
    /// d: stability of the line.
    pub stability: u16,
    /// m: hours with sufficient stake.
    pub compliance: u16,
}

/// Counts of one UTC day; `None` where the component was exempted that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCounts {
    /// Minutes up, 0 to 1,440.
    pub up_minutes: Option<u32>,
    /// Work proofs and light probes: passed, attempts.
    pub proofs: Option<(u32, u32)>,
    /// Cluster tests: passed, attempts.
    pub cluster_tests: Option<(u32, u32)>,
    /// Times the line was lost.
    pub disconnects: Option<u32>,
    /// Hours with counted stake at or above the requirement, 0 to 24.
    pub staked_hours: Option<u32>,
}

/// Weights of the components, bps; their sum is 10,000 by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReliabilityWeights {
    work: u16,
    cluster: u16,
    stability: u16,
    compliance: u16,
}

impl ReliabilityWeights {
    /// The defaults of economics §11: uptime 4,000, 2,000, 1,500, 1,500, 1,000.
    pub const DEFAULT: Self = Self {
        work: 2_000,
        cluster: 1_500,
        stability: 1_500,
        compliance: 1_000,
    };

    /// From the registry's parameters; uptime has what the four leave of 10,000.
    ///
    /// Errors: [`MathError::Overflow`] for values outside their bounds.
    pub fn read(value: impl Fn(&crate::params::Param) -> i64) -> MathResult<Self> {
        let weight = |which| u16::try_from(value(which)).map_err(|_| MathError::Overflow);
        let weights = Self {
            work: weight(&param::WEIGHT_WORK_PROOF)?,
            cluster: weight(&param::WEIGHT_CLUSTER_TEST)?,
            stability: weight(&param::WEIGHT_STABILITY)?,
            compliance: weight(&param::WEIGHT_COMPLIANCE)?,
        };
        weights.uptime()?;
        Ok(weights)
    }

    /// Weight of the uptime.
    fn uptime(&self) -> MathResult<u16> {
        [self.work, self.cluster, self.stability, self.compliance]
            .into_iter()
            .try_fold(BPS_ONE, |rest, weight| rest.checked_sub(weight))
            .ok_or(MathError::Overflow)
    }
}

/// `floor(part·10000/whole)`, at most 10,000: counts above the day are the rule's clamp, since a
/// day never has more minutes or hours than it has.
fn ratio(part: u64, whole: u64) -> MathResult<u16> {
    let bps = mul_div_floor(part, u64::from(BPS_ONE), whole)?;
    Ok(u16::try_from(bps).unwrap_or(BPS_ONE).min(BPS_ONE))
}

impl Components {
    /// Components of one day. One that was exempted, and one of the two rates without an attempt,
    /// keeps the value of `previous`.
    ///
    /// Errors: [`MathError`], which counts of a day rule out.
    pub fn of_day(counts: &DayCounts, previous: &Self) -> MathResult<Self> {
        let rate = |counted: Option<(u32, u32)>, old: u16| match counted {
            Some((passed, attempts)) if attempts > 0 => {
                ratio(u64::from(passed), u64::from(attempts))
            }
            _ => Ok(old),
        };
        let part = |counted: Option<u32>, whole: u64, old: u16| match counted {
            Some(part) => ratio(u64::from(part), whole),
            None => Ok(old),
        };
        let stability = match counts.disconnects {
            // Never below 0: the rule's max(0, …).
            Some(disconnects) => {
                let cost = u64::from(disconnects)
                    .checked_mul(DISCONNECT_COST)
                    .ok_or(MathError::Overflow)?;
                let left = u64::from(BPS_ONE).saturating_sub(cost);
                u16::try_from(left).map_err(|_| MathError::Overflow)?
            }
            None => previous.stability,
        };
        Ok(Self {
            uptime: part(counts.up_minutes, DAY_MINUTES, previous.uptime)?,
            work: rate(counts.proofs, previous.work)?,
            cluster: rate(counts.cluster_tests, previous.cluster)?,
            stability,
            compliance: part(counts.staked_hours, DAY_HOURS, previous.compliance)?,
        })
    }

    /// `x' = floor((29·x + 2·today)/31)` for each component.
    ///
    /// Errors: [`MathError`], which components of at most 10,000 rule out.
    pub fn smoothed(&self, today: &Self) -> MathResult<Self> {
        let smooth = |old: u16, new: u16| -> MathResult<u16> {
            let (past, present) = SMOOTH;
            let sum = u64::from(old)
                .checked_mul(past)
                .zip(u64::from(new).checked_mul(present))
                .and_then(|(old, new)| old.checked_add(new))
                .ok_or(MathError::Overflow)?;
            let parts = past.checked_add(present).ok_or(MathError::Overflow)?;
            // floor (R19)
            let mean = sum.checked_div(parts).ok_or(MathError::DivisionByZero)?;
            u16::try_from(mean).map_err(|_| MathError::Overflow)
        };
        Ok(Self {
            uptime: smooth(self.uptime, today.uptime)?,
            work: smooth(self.work, today.work)?,
            cluster: smooth(self.cluster, today.cluster)?,
            stability: smooth(self.stability, today.stability)?,
            compliance: smooth(self.compliance, today.compliance)?,
        })
    }

    /// `raw = floor(Σ weight·x / 10000)`.
    ///
    /// Errors: [`MathError`], which components of at most 10,000 rule out.
    pub fn raw(&self, weights: &ReliabilityWeights) -> MathResult<u16> {
        let terms = [
            (weights.uptime()?, self.uptime),
            (weights.work, self.work),
            (weights.cluster, self.cluster),
            (weights.stability, self.stability),
            (weights.compliance, self.compliance),
        ];
        let sum = terms.into_iter().try_fold(0_u64, |sum, (weight, value)| {
            u64::from(weight)
                .checked_mul(u64::from(value))
                .and_then(|term| sum.checked_add(term))
                .ok_or(MathError::Overflow)
        })?;
        let raw = narrow(crate::math::floor_div(
            u128::from(sum),
            u128::from(BPS_ONE),
        )?)?;
        u16::try_from(raw).map_err(|_| MathError::Overflow)
    }
}

/// Cost of an upheld offence of this age in days: `floor(2000·(90 − a)/90)`, 0 from 90 days on.
///
/// Errors: [`MathError`], which an age in days rules out.
pub fn offence_cost(age_days: u64) -> MathResult<u64> {
    // No cost after the last day: the rule's bound.
    let left = OFFENCE_DAYS.saturating_sub(age_days);
    mul_div_floor(OFFENCE_COST, left, OFFENCE_DAYS)
}

/// `clamp(raw − Σ cost, 0, 10000)`. An offence whose parts are one case counts once; one that was
/// restored in full is not among them.
///
/// Errors: [`MathError`].
pub fn score(raw: u16, offence_ages: impl IntoIterator<Item = u64>) -> MathResult<u16> {
    let cost = offence_ages.into_iter().try_fold(0_u64, |sum, age| {
        sum.checked_add(offence_cost(age)?)
            .ok_or(MathError::Overflow)
    })?;
    // The rule's clamp at 0.
    let left = u64::from(raw).saturating_sub(cost);
    u16::try_from(left)
        .map(|left| left.min(BPS_ONE))
        .map_err(|_| MathError::Overflow)
}

/// Highest supplier tier.
pub const MAX_SUPPLIER_TIER: u8 = 3;
/// Compliance from which the second tier is reached, bps.
const TIER_COMPLIANCE: u16 = 9_900;
/// Score from which the third tier is reached, bps.
const TIER_SCORE: u16 = 9_000;

/// Supplier tier 0 to 3 from what is measured of a device: 0 without a sufficient stake; 1 with it;
/// 2 when its owner has signed the service agreement and it was sufficient nearly all the time
/// (compliance of at least 99 %); 3 when the score, too, is at least 90 %. Used by the filters of the
/// scheduler only.
pub fn supplier_tier(
    components: &Components,
    score: u16,
    is_staked: bool,
    has_agreement: bool,
) -> u8 {
    if !is_staked {
        0
    } else if !has_agreement || components.compliance < TIER_COMPLIANCE {
        1
    } else if score < TIER_SCORE {
        2
    } else {
        MAX_SUPPLIER_TIER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: Components = Components {
        uptime: 9_900,
        work: 10_000,
        cluster: 9_500,
        stability: 8_000,
        compliance: 10_000,
    };

    #[test]
    fn vector_of_the_specification() {
        assert_eq!(GOOD.raw(&ReliabilityWeights::DEFAULT), Ok(9_585));
        assert_eq!(offence_cost(30), Ok(1_333));
        assert_eq!(score(9_585, [30]), Ok(8_252));
    }

    #[test]
    fn default_weights_are_the_parameters_and_sum_to_one() {
        let read = ReliabilityWeights::read(|param| param.default).unwrap();
        assert_eq!(read, ReliabilityWeights::DEFAULT);
        assert_eq!(read.uptime(), Ok(4_000));
        assert_eq!(
            ReliabilityWeights::read(|_| 2_501),
            Err(MathError::Overflow)
        );
    }

    #[test]
    fn day_counts_become_components_and_missing_ones_keep_their_value() {
        let counts = DayCounts {
            up_minutes: Some(1_439),
            proofs: Some((2, 3)),
            cluster_tests: Some((0, 0)),
            disconnects: Some(11),
            staked_hours: Some(24),
        };
        let day = Components::of_day(&counts, &GOOD).unwrap();
        assert_eq!(
            day,
            Components {
                uptime: 9_993,
                work: 6_666,
                cluster: 9_500,
                stability: 0,
                compliance: 10_000,
            }
        );
        let exempted = DayCounts {
            up_minutes: None,
            proofs: None,
            cluster_tests: None,
            disconnects: None,
            staked_hours: None,
        };
        assert_eq!(Components::of_day(&exempted, &GOOD), Ok(GOOD));
    }

    #[test]
    fn each_supplier_tier_asks_for_more() {
        let tier = |compliance, score, staked, agreed| {
            supplier_tier(&Components { compliance, ..GOOD }, score, staked, agreed)
        };
        assert_eq!(tier(10_000, 10_000, false, true), 0);
        assert_eq!(tier(10_000, 10_000, true, false), 1);
        assert_eq!(tier(9_899, 10_000, true, true), 1);
        assert_eq!(tier(9_900, 8_999, true, true), 2);
        assert_eq!(tier(9_900, 9_000, true, true), 3);
    }

    #[test]
    fn offence_costs_most_at_once_and_nothing_from_ninety_days_on() {
        assert_eq!(offence_cost(0), Ok(2_000));
        assert_eq!(offence_cost(89), Ok(22));
        assert_eq!(offence_cost(90), Ok(0));
        assert_eq!(offence_cost(u64::MAX), Ok(0));
        assert_eq!(score(1_000, [0, 0]), Ok(0));
        assert_eq!(score(9_585, []), Ok(9_585));
    }

    proptest! {
        #[test]
        fn smoothing_and_score_stay_in_range(values in proptest::collection::vec(0_u16..=10_000, 10), ages in proptest::collection::vec(0_u64..200, 0..6)) {
            let of = |at: usize| Components {
                uptime: values[at], work: values[at + 1], cluster: values[at + 2],
                stability: values[at + 3], compliance: values[at + 4],
            };
            let (old, new) = (of(0), of(5));
            let smoothed = old.smoothed(&new).unwrap();
            prop_assert!(smoothed.uptime <= old.uptime.max(new.uptime));
            prop_assert!(smoothed.uptime + 1 >= old.uptime.min(new.uptime));
            let raw = smoothed.raw(&ReliabilityWeights::DEFAULT).unwrap();
            prop_assert!(raw <= 10_000);
            let scored = score(raw, ages.iter().copied()).unwrap();
            prop_assert!(scored <= raw);
        }
    }
}
