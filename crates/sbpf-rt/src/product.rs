//! The 128-bit product.

use crate::limbs::{high, join, low, DIGIT};

/// The full 128-bit product of two limbs, as (low limb, high limb).
#[inline(always)]
pub(crate) const fn widening_mul(a: u64, b: u64) -> (u64, u64) {
    let (a0, a1, b0, b1) = (a & DIGIT, a >> 32, b & DIGIT, b >> 32);
    // No sum below exceeds 64 bits: (2^32-1)^2 + 2 * (2^32-1) = 2^64 - 1.
    let t = a0.wrapping_mul(b0);
    let u = a1.wrapping_mul(b0).wrapping_add(t >> 32);
    let v = a0.wrapping_mul(b1).wrapping_add(u & DIGIT);
    (
        (v << 32) | (t & DIGIT),
        a1.wrapping_mul(b1)
            .wrapping_add(u >> 32)
            .wrapping_add(v >> 32),
    )
}

/// The product of two 128-bit values modulo 2^128; the same bits serve signed and unsigned values.
///
/// ```
/// assert_eq!(sbpf_rt::mul(u128::MAX, 3), u128::MAX.wrapping_mul(3));
/// ```
#[inline(always)]
pub const fn mul(a: u128, b: u128) -> u128 {
    let (low_limb, carry) = widening_mul(low(a), low(b));
    let high_limb = carry
        .wrapping_add(low(a).wrapping_mul(high(b)))
        .wrapping_add(high(a).wrapping_mul(low(b)));
    join(low_limb, high_limb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_mul_at_bounds_is_exact() {
        assert_eq!(widening_mul(0, u64::MAX), (0, 0));
        assert_eq!(widening_mul(1, u64::MAX), (u64::MAX, 0));
        assert_eq!(widening_mul(u64::MAX, u64::MAX), (1, u64::MAX - 1));
        assert_eq!(widening_mul(1 << 32, 1 << 32), (0, 1));
    }

    #[test]
    fn mul_beyond_128_bits_wraps() {
        assert_eq!(mul(u128::MAX, u128::MAX), 1);
        assert_eq!(mul(1 << 127, 2), 0);
    }
}
