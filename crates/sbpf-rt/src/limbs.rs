//! 128-bit values as two 64-bit limbs, and 64-bit limbs as two 32-bit digits.
//!
//! Nothing here or in the modules that use it may compile to a call of the functions this crate
//! defines: only shifts by constants and bit operations act on 128 bits.

/// Mask of a digit, 2^32 - 1.
pub(crate) const DIGIT: u64 = 0xffff_ffff;

/// The value `high * 2^64 + low`.
#[inline(always)]
pub(crate) const fn join(low: u64, high: u64) -> u128 {
    (low as u128) | ((high as u128) << 64)
}

/// The low limb: bits 0 to 63.
#[inline(always)]
pub(crate) const fn low(value: u128) -> u64 {
    value as u64
}

/// The high limb: bits 64 to 127.
#[inline(always)]
pub(crate) const fn high(value: u128) -> u64 {
    (value >> 64) as u64
}
