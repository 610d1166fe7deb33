//! Checked counters and sums of accounts.

use anchor_lang::prelude::*;

use crate::error::StakingError;

/// One more. Errors: `ArithmeticOverflow`.
pub(crate) fn up(count: u16) -> Result<u16> {
    count
        .checked_add(1)
        .ok_or_else(|| StakingError::ArithmeticOverflow.into())
}

/// One less. Errors: `ArithmeticOverflow`.
pub(crate) fn down(count: u16) -> Result<u16> {
    count
        .checked_sub(1)
        .ok_or_else(|| StakingError::ArithmeticOverflow.into())
}

/// `a + b`. Errors: `ArithmeticOverflow`.
pub(crate) fn sum(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b)
        .ok_or_else(|| StakingError::ArithmeticOverflow.into())
}

/// `a − b`. Errors: `ArithmeticOverflow`.
pub(crate) fn difference(a: u64, b: u64) -> Result<u64> {
    a.checked_sub(b)
        .ok_or_else(|| StakingError::ArithmeticOverflow.into())
}
