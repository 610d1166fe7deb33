//! The base score of a device-hour (economics §7.3).
//!
//! Mechanism: `base = w_tier·tier + w_hw·mult_fp·qty + w_hired·hired`. Place of use: the hour's
//! distribution and the estimates of what an offer earns. Invariant: the score of a device depends
//! on its own facts alone.

use super::{RewardError, RewardResult};
use crate::{device::MAX_CONNECTIVITY_TIER, math::MathError, params::rewards as param};

/// Weights of the score, parameters `w_tier`, `w_hw`, `w_hired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Per connectivity tier, 0 to 10,000.
    pub tier: u32,
    /// Per 1e-4 of multiplier and processor, 1 to 100.
    pub hardware: u32,
    /// For a hired device, 0 to 10,000.
    pub hired: u32,
}

impl Weights {
    /// The defaults of economics §12: 50, 2, 5.
    pub const DEFAULT: Self = Self {
        tier: weight(param::W_TIER.default),
        hardware: weight(param::W_HW.default),
        hired: weight(param::W_HIRED.default),
    };
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "evaluated by the compiler; the assertion beside it refuses a default out of range"
)]
const fn weight(default: i64) -> u32 {
    assert!(default >= 0 && default <= u32::MAX as i64);
    default as u32
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreInput {
    /// Connectivity tier that counts, 1 to 4 (an exempt tier 0 counts as 1).
    pub tier: u8,
    /// Reward multiplier of the class in 1e-4.
    pub mult_fp: u32,
    /// Processors, 1 to 64.
    pub qty: u8,
    /// Whether a booking held the device in the hour.
    pub is_hired: bool,
}

/// Base score of a device-hour. Bound: 10,000·4 + 100·1,000,000·64 + 10,000 < 2^33.
///
/// Errors: [`RewardError::UnknownTier`] above 4; [`RewardError::Math`] for weights out of bounds.
///
/// ```
/// use ion_economics::reward::score::{base_score, ScoreInput, Weights};
/// let a100 = ScoreInput { tier: 4, mult_fp: 50_000, qty: 1, is_hired: false };
/// assert_eq!(base_score(&Weights::DEFAULT, &a100), Ok(100_200));
/// ```
pub fn base_score(weights: &Weights, input: &ScoreInput) -> RewardResult<u64> {
    if input.tier > MAX_CONNECTIVITY_TIER {
        return Err(RewardError::UnknownTier);
    }
    let product = |a: u64, b: u64| a.checked_mul(b).ok_or(MathError::Overflow);
    let tier = product(u64::from(weights.tier), u64::from(input.tier))?;
    let processors = product(u64::from(input.mult_fp), u64::from(input.qty))?;
    let hardware = product(u64::from(weights.hardware), processors)?;
    let hired = product(u64::from(weights.hired), u64::from(input.is_hired))?;
    let sum = tier
        .checked_add(hardware)
        .and_then(|sum| sum.checked_add(hired));
    Ok(sum.ok_or(MathError::Overflow)?)
}

/// The score shown beside a reward: `base·1000·pool_bps / Σbase`, rounded down; display only.
/// 0 for an empty pool.
///
/// Errors: [`RewardError::Math`].
pub fn display_score(base: u64, pool_bps: u16, base_sum: u64) -> RewardResult<u64> {
    if base_sum == 0 {
        return Ok(0);
    }
    let weight = u64::from(pool_bps)
        .checked_mul(1_000)
        .ok_or(MathError::Overflow)?;
    // floor: a shown score never promises more than is paid
    Ok(crate::math::mul_div_floor(base, weight, base_sum)?)
}

/// Connectivity tier of a measured line: 4 = 1600 / 1200, 3 = 800 / 600, 2 = 400 / 300,
/// 1 = 100 / 10 MB/s down / up, 0 = below; both directions must reach the tier.
pub const fn connectivity_tier(down_mbytes: u32, up_mbytes: u32) -> u8 {
    match (down_mbytes, up_mbytes) {
        (1_600.., 1_200..) => 4,
        (800.., 600..) => 3,
        (400.., 300..) => 2,
        (100.., 10..) => 1,
        _ => 0,
    }
}
