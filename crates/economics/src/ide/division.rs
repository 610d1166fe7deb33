//! Division of a total over leaves without losing a unit (economics §1.3 R20, §10.5).

use crate::math::{MathError, MathResult};

/// Why a total cannot be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DivideError {
    /// There is a total, and every weight is zero.
    NoWeight,
    /// Weights and results differ in number.
    LengthMismatch,
    /// The weights leave the range.
    Math(MathError),
}

impl From<MathError> for DivideError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Exact `floor(total·w/Σw)` for many `w` with one division: the quotient is estimated by a
/// reciprocal in 64 fractional bits and corrected by the remainder.
#[derive(Clone, Copy, Debug)]
pub struct Divider {
    total: u128,
    sum: u128,
    reciprocal: u128,
}

impl Divider {
    /// For a total over weights that sum to `sum`. Error: `sum` is zero, or above 2^64 times the
    /// number of leaves a tree can have.
    pub fn new(total: u64, sum: u128) -> MathResult<Self> {
        let total = u128::from(total);
        // floor: the estimate never exceeds the quotient. Bound: 2^64 · 2^64.
        let reciprocal = (total << 64)
            .checked_div(sum)
            .ok_or(MathError::DivisionByZero)?;
        Ok(Self {
            total,
            sum,
            reciprocal,
        })
    }

    /// `floor(total·weight/sum)` for a weight that is part of the sum. Error: it is not.
    pub fn part(&self, weight: u64) -> MathResult<u64> {
        let weight = u128::from(weight);
        // Bound: weight ≤ sum, so weight·reciprocal ≤ total·2^64 < 2^128. The estimate is short by
        // less than weight/2^64 < 1 before its floor, so by at most one.
        let estimate = weight
            .checked_mul(self.reciprocal)
            .ok_or(MathError::Overflow)?
            >> 64;
        let exact = weight.checked_mul(self.total).ok_or(MathError::Overflow)?;
        let rest = estimate
            .checked_mul(self.sum)
            .and_then(|taken| exact.checked_sub(taken))
            .ok_or(MathError::Overflow)?;
        let quotient = estimate
            .checked_add(u128::from(rest >= self.sum))
            .ok_or(MathError::Overflow)?;
        crate::math::narrow(quotient)
    }
}

/// Divides `total` by `weights` into `parts`: floors, then one unit each to the first leaves with a
/// weight, in order, until nothing is left. The parts sum to the total exactly.
///
/// Errors: [`DivideError::NoWeight`], [`DivideError::LengthMismatch`].
pub fn divide(total: u64, weights: &[u64], parts: &mut [u64]) -> Result<(), DivideError> {
    if weights.len() != parts.len() {
        return Err(DivideError::LengthMismatch);
    }
    if total == 0 {
        parts.fill(0);
        return Ok(());
    }
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return Err(DivideError::NoWeight);
    }
    let divider = Divider::new(total, sum)?;
    let mut left = total;
    for (part, weight) in parts.iter_mut().zip(weights) {
        let share = divider.part(*weight)?;
        left = crate::math::sub(left, share)?;
        *part = share;
    }
    // fewer units are left than there are leaves with a weight
    for (part, weight) in parts.iter_mut().zip(weights) {
        if left == 0 {
            break;
        }
        if *weight > 0 {
            *part = crate::math::add(*part, 1)?;
            left = crate::math::sub(left, 1)?;
        }
    }
    Ok(())
}
