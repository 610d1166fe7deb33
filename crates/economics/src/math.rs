//! Exact products and quotients of 64-bit quantities (economics §1.1, §1.2).

/// Why an arithmetic step has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathError {
    /// The exact result does not fit its type.
    Overflow,
    /// The divisor is zero.
    DivisionByZero,
}

/// Result of an arithmetic step.
pub type MathResult<T> = Result<T, MathError>;

/// `floor(a·b/d)`. Bound: the product of two u64 fits u128; the quotient is checked.
///
/// ```
/// use ion_economics::math::{mul_div_floor, MathError};
/// assert_eq!(mul_div_floor(7, 3, 2), Ok(10));
/// assert_eq!(mul_div_floor(1, 1, 0), Err(MathError::DivisionByZero));
/// assert_eq!(mul_div_floor(u64::MAX, 2, 1), Err(MathError::Overflow));
/// ```
pub fn mul_div_floor(a: u64, b: u64, d: u64) -> MathResult<u64> {
    narrow(floor_div(
        u128::from(a)
            .checked_mul(u128::from(b))
            .ok_or(MathError::Overflow)?,
        u128::from(d),
    )?)
}

/// `ceil(a·b/d)`. Bound as [`mul_div_floor`].
///
/// ```
/// use ion_economics::math::mul_div_ceil;
/// assert_eq!(mul_div_ceil(7, 3, 2), Ok(11));
/// assert_eq!(mul_div_ceil(4, 3, 2), Ok(6));
/// ```
pub fn mul_div_ceil(a: u64, b: u64, d: u64) -> MathResult<u64> {
    narrow(ceil_div(
        u128::from(a)
            .checked_mul(u128::from(b))
            .ok_or(MathError::Overflow)?,
        u128::from(d),
    )?)
}

/// `floor(n/d)` in 128 bits; both in 64 bits take the short division.
pub fn floor_div(n: u128, d: u128) -> MathResult<u128> {
    if let (Ok(n), Ok(d)) = (u64::try_from(n), u64::try_from(d)) {
        return n
            .checked_div(d)
            .map(u128::from)
            .ok_or(MathError::DivisionByZero);
    }
    n.checked_div(d).ok_or(MathError::DivisionByZero)
}

/// `ceil(n/d)` in 128 bits.
pub fn ceil_div(n: u128, d: u128) -> MathResult<u128> {
    let quotient = floor_div(n, d)?;
    let exact = quotient.checked_mul(d).ok_or(MathError::Overflow)?;
    quotient
        .checked_add(u128::from(exact != n))
        .ok_or(MathError::Overflow)
}

/// Narrows to 64 bits or fails.
pub fn narrow(value: u128) -> MathResult<u64> {
    u64::try_from(value).map_err(|_| MathError::Overflow)
}

/// `a + b`, checked.
pub fn add(a: u64, b: u64) -> MathResult<u64> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `a − b`, checked.
pub fn sub(a: u64, b: u64) -> MathResult<u64> {
    a.checked_sub(b).ok_or(MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_as_named_on_both_sides_of_exact() {
        assert_eq!(mul_div_floor(10, 10, 3), Ok(33));
        assert_eq!(mul_div_ceil(10, 10, 3), Ok(34));
        assert_eq!(mul_div_floor(9, 10, 3), Ok(30));
        assert_eq!(mul_div_ceil(9, 10, 3), Ok(30));
        assert_eq!(mul_div_ceil(0, 10, 3), Ok(0));
        assert_eq!(mul_div_floor(u64::MAX, u64::MAX, u64::MAX), Ok(u64::MAX));
        assert_eq!(mul_div_ceil(u64::MAX, 3, 2), Err(MathError::Overflow));
        assert_eq!(ceil_div(1, 0), Err(MathError::DivisionByZero));
        assert_eq!(ceil_div(u128::MAX, 1), Ok(u128::MAX));
        assert_eq!(sub(1, 2), Err(MathError::Overflow));
        assert_eq!(add(u64::MAX, 1), Err(MathError::Overflow));
    }
}
