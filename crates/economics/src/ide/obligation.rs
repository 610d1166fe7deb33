//! What a day owes, and the check of the report that says so (economics §10.2).

use super::{divide, wide_mul, DivideError};
use crate::math::{floor_div, narrow, MathError, MathResult};

/// Minutes of an hour, the divisor of a rate.
const MINUTES_PER_HOUR: u128 = 60;
/// Minutes of a day.
const MINUTES_PER_DAY: u64 = 1_440;

/// Availability of a device-hour, 1e-6 USD: `floor(rate·qty·minutes, 60)` (R14).
/// `rate` in 1e-6 USD per processor-hour. Bound: 2^64 · 2^8 · 2^32 < 2^104.
pub fn availability_usd_micros(rate_usd_micros: u64, qty: u8, minutes: u32) -> MathResult<u64> {
    per_hour(rate_usd_micros, u64::from(qty), u64::from(minutes))
}

/// Hire of billed minutes of one purchase, 1e-6 USD: `floor(hire_q·qty·minutes, 60)` (R14).
pub fn hire_usd_micros(hire_usd_micros: u64, qty: u8, minutes: u32) -> MathResult<u64> {
    per_hour(hire_usd_micros, u64::from(qty), u64::from(minutes))
}

/// Most that the processor-minutes of a class row are worth, 1e-6 USD: `floor(rate·M, 60)`.
pub fn row_usd_micros(rate_usd_micros: u64, processor_minutes: u64) -> MathResult<u64> {
    per_hour(rate_usd_micros, 1, processor_minutes)
}

fn per_hour(rate: u64, qty: u64, minutes: u64) -> MathResult<u64> {
    let product = wide_mul(
        wide_mul(u128::from(rate), u128::from(qty))?,
        u128::from(minutes),
    )?;
    narrow(floor_div(product, MINUTES_PER_HOUR)?)
}

/// Last moment at which an attested report of a day can still be completed and not be voided:
/// `max(attested, day ended, report before it complete) + ttl`, Unix seconds. The time runs only
/// while it is the turn of the day.
///
/// Errors: overflow.
pub fn report_usable_until(
    attested_at: i64,
    ended_at: i64,
    previous_reported_at: i64,
    ttl: i64,
) -> MathResult<i64> {
    attested_at
        .max(ended_at)
        .max(previous_reported_at)
        .checked_add(ttl)
        .ok_or(MathError::Overflow)
}

/// Scales the parts of a day down to the cap where they exceed it, by R20; leaves them as they are
/// otherwise. Caps scale, they never refuse.
///
/// Errors: as [`divide`].
pub fn scale_to_cap(parts: &[u64], cap: u64, scaled: &mut [u64]) -> Result<(), DivideError> {
    let sum: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if sum > u128::from(cap) {
        return divide(cap, parts, scaled);
    }
    if parts.len() != scaled.len() {
        return Err(DivideError::LengthMismatch);
    }
    scaled.copy_from_slice(parts);
    Ok(())
}

/// Totals of an epoch report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportTotals {
    /// `H_avail`: availability obligations, 1e-6 USD.
    pub avail_usd_micros: u64,
    /// `L`: floors taken, one per device-hour with minutes.
    pub floors: u64,
    /// `X`: sum of [`row_usd_micros`] over the class rows, 1e-6 USD.
    pub row_sum_usd_micros: u64,
    /// `max_epoch_obligation` of the day, 1e-6 USD.
    pub limit_usd_micros: u64,
}

/// Why a report is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// More than the limit of the day.
    AboveLimit,
    /// More than the class rows allow.
    AboveRows,
    /// Less than the class rows by more than the floors explain, without reaching the limit.
    BelowRows,
}

/// Check of the totals after the last row: `H_avail ≤ limit`, `0 ≤ X − H_avail`, and
/// `X − H_avail ≤ L` unless the limit is reached (economics §10.2).
///
/// Errors: [`ReportError`], the first that applies.
pub fn check_report(totals: &ReportTotals) -> Result<(), ReportError> {
    if totals.avail_usd_micros > totals.limit_usd_micros {
        return Err(ReportError::AboveLimit);
    }
    let gap = totals
        .row_sum_usd_micros
        .checked_sub(totals.avail_usd_micros)
        .ok_or(ReportError::AboveRows)?;
    if gap > totals.floors && totals.avail_usd_micros != totals.limit_usd_micros {
        return Err(ReportError::BelowRows);
    }
    Ok(())
}

/// Whether a class row is possible: no more processors than the class may count, no more minutes
/// than they have in a day.
pub fn is_within_limits(processors: u32, processor_minutes: u64, max_processors: u32) -> bool {
    // Bound: 2^32 · 1,440 < 2^43.
    let most = u64::from(processors)
        .checked_mul(MINUTES_PER_DAY)
        .ok_or(MathError::Overflow);
    processors <= max_processors && most.is_ok_and(|most| processor_minutes <= most)
}
