//! 128-bit division: Knuth's algorithm D (The Art of Computer Programming, volume 2, 4.3.1) on
//! 64-bit limbs, with 32-bit digits inside a limb.

use crate::{
    limbs::{high, join, low, DIGIT},
    product::widening_mul,
};

/// Quotient and remainder of unsigned `n / d`, rounded down.
///
/// A `d` of zero panics, as the native division does.
///
/// ```
/// assert_eq!(sbpf_rt::div_rem(1 << 100, 10), ((1 << 100) / 10, (1 << 100) % 10));
/// ```
#[inline(always)]
pub const fn div_rem(n: u128, d: u128) -> (u128, u128) {
    let (n0, n1, d0, d1) = (low(n), high(n), low(d), high(d));
    if d1 == 0 {
        if n1 == 0 {
            return ((n0 / d0) as u128, (n0 % d0) as u128);
        }
        // One limb divides two: first the high limb, then what is left of it with the low limb.
        let (q0, r) = div_limb(n1 % d0, n0, d0);
        return (join(q0, n1 / d0), r as u128);
    }
    if n1 < d1 {
        return (0, n);
    }
    let (q, r) = div_two_limbs(n0, n1, d0, d1);
    (q as u128, r)
}

/// Quotient and remainder of signed `n / d`: the quotient is rounded toward zero, the remainder has
/// the sign of `n`. `i128::MIN / -1` gives `(i128::MIN, 0)`.
///
/// A `d` of zero panics, as the native division does.
///
/// ```
/// assert_eq!(sbpf_rt::div_rem_signed(-7, 2), (-3, -1));
/// ```
#[inline(always)]
pub const fn div_rem_signed(n: i128, d: i128) -> (i128, i128) {
    let (q, r) = div_rem(n.unsigned_abs(), d.unsigned_abs());
    let (q, r) = (q as i128, r as i128);
    (
        if (n < 0) == (d < 0) {
            q
        } else {
            q.wrapping_neg()
        },
        if n < 0 { r.wrapping_neg() } else { r },
    )
}

/// Quotient and remainder of `(n1 * 2^64 + n0) / d`, where `n1 < d`, so the quotient fits a limb.
#[inline(always)]
const fn div_limb(n1: u64, n0: u64, d: u64) -> (u64, u64) {
    if d <= DIGIT {
        // A one-digit divisor: two exact steps, each dividend below d * 2^32.
        let upper = (n1 << 32) | (n0 >> 32);
        let lower = ((upper % d) << 32) | (n0 & DIGIT);
        return (((upper / d) << 32) | (lower / d), lower % d);
    }
    let shift = d.leading_zeros();
    let (q, r) = div_normalised((n1 << shift) | shift_in(n0, shift), n0 << shift, d << shift);
    (q, r >> shift)
}

/// The upper `shift` bits of `limb` (0 to 63), moved to the bottom.
#[inline(always)]
const fn shift_in(limb: u64, shift: u32) -> u64 {
    // In two steps, since a shift by 64 is not defined.
    (limb >> 1) >> (63 ^ shift)
}

/// Quotient and remainder of `(n1 * 2^64 + n0) / d`, where `n1 < d` and the top bit of `d` is set.
#[inline(always)]
const fn div_normalised(n1: u64, n0: u64, d: u64) -> (u64, u64) {
    let (q1, r) = div_digit(n1, n0 >> 32, d);
    let (q0, r) = div_digit(r, n0 & DIGIT, d);
    ((q1 << 32) | q0, r)
}

/// One digit of the quotient: quotient and remainder of `(n * 2^32 + digit) / d`, where `n < d`,
/// the top bit of `d` is set and the quotient is below 2^32.
#[inline(always)]
const fn div_digit(n: u64, digit: u64, d: u64) -> (u64, u64) {
    let (d1, d0) = (d >> 32, d & DIGIT);
    // The estimate from the upper digits alone is never too small and at most two too large.
    let mut q = n / d1;
    let mut rest = n % d1;
    if q > DIGIT {
        // n < d bounds the true digit by 2^32 - 1; what the estimate is lowered by goes to the rest.
        rest = rest.wrapping_add(q.wrapping_sub(DIGIT).wrapping_mul(d1));
        q = DIGIT;
    }
    // While the rest is one digit the second digit of d decides; above, the product cannot exceed it.
    while rest <= DIGIT && q.wrapping_mul(d0) > ((rest << 32) | digit) {
        q = q.wrapping_sub(1);
        rest = rest.wrapping_add(d1);
    }
    // Modulo 2^64: the true remainder is below d, so the bits that fall off cancel.
    let r = ((n << 32) | digit).wrapping_sub(q.wrapping_mul(d));
    (q, r)
}

/// Quotient and remainder of two limbs by two limbs, where `d1 > 0` and `n1 >= d1`.
///
/// The quotient is below 2^64. It is estimated by the normalised top limb of `d`; the estimate is
/// never too small and at most two too large (Knuth, theorem B).
#[inline(always)]
const fn div_two_limbs(n0: u64, n1: u64, d0: u64, d1: u64) -> (u64, u128) {
    let shift = d1.leading_zeros();
    if shift == 0 {
        // Both top bits are set (n1 >= d1), so the quotient is 0 or 1.
        let (n, d) = (join(n0, n1), join(d0, d1));
        return if n < d {
            (0, n)
        } else {
            (1, n.wrapping_sub(d))
        };
    }
    // The three limbs of n and the two of d, moved up until the top bit of d is set.
    let top = shift_in(n1, shift);
    let middle = (n1 << shift) | shift_in(n0, shift);
    let bottom = n0 << shift;
    let upper = (d1 << shift) | shift_in(d0, shift);
    let lower = d0 << shift;

    // top < 2^shift <= 2^63 <= upper, so the estimate fits a limb.
    let (q, rest) = div_normalised(top, middle, upper);
    let (p0, p1) = widening_mul(q, lower);
    let product = join(p0, p1);
    let partial = join(bottom, rest);
    let divisor = join(lower, upper);
    // The remainder is partial - product; what that lacks to zero is made up by one or two divisors.
    let (q, r) = if product <= partial {
        (q, partial.wrapping_sub(product))
    } else {
        let over = product.wrapping_sub(partial);
        if over <= divisor {
            (q.wrapping_sub(1), divisor.wrapping_sub(over))
        } else {
            (
                q.wrapping_sub(2),
                divisor.wrapping_sub(over.wrapping_sub(divisor)),
            )
        }
    };
    // Back down: the remainder of the shifted division is the remainder shifted.
    let (r0, r1) = (low(r), high(r));
    (
        q,
        join((r0 >> shift) | ((r1 << 1) << (63 ^ shift)), r1 >> shift),
    )
}
