//! 128-bit operations.

use core::hint::black_box;

use anchor_lang::prelude::*;

/// Two 128-bit values; taken as `i128` too, bit for bit.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Factor or dividend.
    pub a: u128,
    /// Factor or divisor.
    pub b: u128,
}

/// What the operations give on a [`Pair`]. Quotients and remainders by zero are zero, products and
/// `i128::MIN / -1` wrap.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Results {
    /// `a * b` modulo 2^128 (the same bits for signed values).
    pub product: u128,
    /// Unsigned `a / b`.
    pub quotient: u128,
    /// Unsigned `a % b`.
    pub remainder: u128,
    /// Signed `a * b`, checked; `i128::MIN` stands for an overflow.
    pub signed_product: i128,
    /// Signed `a / b`, rounded toward zero.
    pub signed_quotient: i128,
    /// Signed `a % b`, with the sign of `a`.
    pub signed_remainder: i128,
}

/// An operation to measure.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An exclusive or: what the instruction costs without an operation.
    Nothing,
    /// `u128 * u128`.
    Multiply,
    /// `u128 / u128`.
    Divide,
    /// `u128 % u128`.
    Remainder,
    /// `i128 / i128`.
    SignedDivide,
    /// `i128 % i128`.
    SignedRemainder,
}

impl Pair {
    /// All operations on the pair, on whatever machine this is compiled for.
    #[inline(never)]
    pub fn compute(&self) -> Results {
        let (a, b) = (self.a, self.b);
        let (signed_a, signed_b) = (a as i128, b as i128);
        let is_zero = b == 0;
        Results {
            product: a.wrapping_mul(b),
            quotient: if is_zero { 0 } else { a / b },
            remainder: if is_zero { 0 } else { a % b },
            signed_product: signed_a.checked_mul(signed_b).unwrap_or(i128::MIN),
            signed_quotient: if is_zero {
                0
            } else {
                signed_a.wrapping_div(signed_b)
            },
            signed_remainder: if is_zero {
                0
            } else {
                signed_a.wrapping_rem(signed_b)
            },
        }
    }

    /// One operation on the pair, its result thrown away.
    #[inline(never)]
    pub fn perform(&self, operation: Operation) {
        let (a, b) = (black_box(self.a), black_box(self.b));
        let (signed_a, signed_b) = (a as i128, b as i128);
        black_box(match operation {
            Operation::Nothing => a ^ b,
            Operation::Multiply => a.wrapping_mul(b),
            Operation::Divide => a / b,
            Operation::Remainder => a % b,
            Operation::SignedDivide => signed_a.wrapping_div(signed_b) as u128,
            Operation::SignedRemainder => signed_a.wrapping_rem(signed_b) as u128,
        });
    }
}
