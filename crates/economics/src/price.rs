//! The price guard and conversions between IO and dollars (economics §1.2, §1.5).
//!
//! Mechanism: an oracle reading becomes a [`Price`] only if it is fully verified, fresh, not from
//! the future, positive, in range and narrow; anything else is [`PriceError::Unusable`] and the
//! caller waits. Place of use: IO quotes, work records, sealing and auctions. Invariant: no price
//! above 10^18 and no floor price of zero leaves this module; nobody can type a price in.

use crate::math::{ceil_div, floor_div, narrow, MathError, MathResult};
use crate::units::{Io, UsdMicros};

/// Greatest price in 1e-12 USD per IO.
pub const MAX_P12: u128 = 1_000_000_000_000_000_000;

/// `K` of the conversions: 10^8 base units of IO times 10^12 price units over 10^6 dollar units.
const K: u128 = 100_000_000_000_000;
/// Decimal places of a p12 price.
const PRICE_DECIMALS: i32 = 12;
/// One in basis points.
const BPS: u128 = 10_000;

/// Limits of a use of the price; the values are parameters of the program that reads the oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceGuard {
    /// Oldest publish time in seconds before now.
    pub max_age: i64,
    /// Latest publish time in seconds after now.
    pub max_future: i64,
    /// Widest confidence interval in basis points of the price.
    pub max_conf_bps: i64,
    /// Confidence intervals between point and floor price.
    pub conf_k: i64,
}

/// What the oracle account says; untrusted until [`check`] accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OracleReading {
    /// Price in `10^exponent` USD per IO.
    pub price: i64,
    /// Half width of the confidence interval in the same unit.
    pub conf: u64,
    /// Decimal exponent.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Moving average of the price in the same unit.
    pub ema_price: i64,
    /// Whether the update was verified by the full guardian set.
    pub full: bool,
}

/// A usable price, in 1e-12 USD per IO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Point price, 1 to 10^18.
    pub p12: u128,
    /// Point price less `k` confidence intervals, at least 1.
    pub floor12: u128,
    /// Moving average; 0 when the oracle gives none that is usable.
    pub ema12: u128,
}

/// What is wrong with a reading, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceFault {
    /// Not verified in full.
    NotVerified,
    /// Older than the guard allows.
    Stale,
    /// Published later than the guard allows.
    FromFuture,
    /// Price zero or negative.
    NotPositive,
    /// Exponent outside −12..=0.
    Exponent,
    /// Price or confidence above 10^18.
    TooLarge,
    /// Confidence interval too wide, or floor price not positive.
    TooUncertain,
    /// Price too far from its moving average, or no average.
    FarFromAverage,
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceError {
    /// The oracle cannot be used now; a later reading may be.
    Unusable(PriceFault),
    /// A guard or time is outside what can be computed.
    Math(MathError),
}

impl From<MathError> for PriceError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Fails with a fault unless the condition holds.
fn ensure(holds: bool, fault: PriceFault) -> Result<(), PriceError> {
    if holds {
        Ok(())
    } else {
        Err(PriceError::Unusable(fault))
    }
}

/// The price of a reading at the time `now`, checks 2 to 5 of economics §1.5; check 1, the account
/// itself, is the program's. Exact: no rounding takes place.
///
/// Errors: [`PriceError::Unusable`] with the first fault, [`PriceError::Math`] for a negative guard.
pub fn check(reading: &OracleReading, guard: &PriceGuard, now: i64) -> Result<Price, PriceError> {
    let max_conf_bps = u128::try_from(guard.max_conf_bps).map_err(|_| MathError::Overflow)?;
    let conf_k = u128::try_from(guard.conf_k).map_err(|_| MathError::Overflow)?;
    let oldest = now.checked_sub(guard.max_age).ok_or(MathError::Overflow)?;
    let latest = now
        .checked_add(guard.max_future)
        .ok_or(MathError::Overflow)?;

    ensure(reading.full, PriceFault::NotVerified)?;
    ensure(reading.publish_time >= oldest, PriceFault::Stale)?;
    ensure(reading.publish_time <= latest, PriceFault::FromFuture)?;
    ensure(reading.price > 0, PriceFault::NotPositive)?;
    let scale = scale(reading.exponent)?;
    let price = u128::try_from(reading.price).map_err(|_| MathError::Overflow)?;
    let conf = u128::from(reading.conf);
    let p12 = to_p12(price, scale)?;
    let conf12 = to_p12(conf, scale)?;

    // Bounds: conf < 2^64 and price < 2^63, times at most 2^63, fit u128.
    let width = conf.checked_mul(BPS).ok_or(MathError::Overflow)?;
    let widest = price.checked_mul(max_conf_bps).ok_or(MathError::Overflow)?;
    ensure(width <= widest, PriceFault::TooUncertain)?;
    let margin = conf12.checked_mul(conf_k).ok_or(MathError::Overflow)?;
    let floor12 = p12
        .checked_sub(margin)
        .filter(|floor| *floor > 0)
        .ok_or(PriceError::Unusable(PriceFault::TooUncertain))?;
    let ema12 = u128::try_from(reading.ema_price)
        .ok()
        .and_then(|ema| to_p12(ema, scale).ok())
        .unwrap_or(0);
    Ok(Price {
        p12,
        floor12,
        ema12,
    })
}

/// Check 6 of economics §1.5, for sealing and auctions: the price lies within `max_ema_div_bps` of
/// its moving average.
///
/// Errors: [`PriceFault::FarFromAverage`]; [`PriceError::Math`] for a negative limit.
pub fn check_average(price: &Price, max_ema_div_bps: i64) -> Result<(), PriceError> {
    let limit = u128::try_from(max_ema_div_bps).map_err(|_| MathError::Overflow)?;
    // Bound: both sides are below 10^18 · 2^63 < 2^123.
    let distance = price
        .p12
        .abs_diff(price.ema12)
        .checked_mul(BPS)
        .ok_or(MathError::Overflow)?;
    let allowed = price.ema12.checked_mul(limit).ok_or(MathError::Overflow)?;
    ensure(
        price.ema12 > 0 && distance <= allowed,
        PriceFault::FarFromAverage,
    )
}

/// `10^(12 + exponent)`.
fn scale(exponent: i32) -> Result<u128, PriceError> {
    let places = PRICE_DECIMALS
        .checked_add(exponent)
        .filter(|places| *places <= PRICE_DECIMALS)
        .and_then(|places| u32::try_from(places).ok())
        .ok_or(PriceError::Unusable(PriceFault::Exponent))?;
    Ok(10_u128.checked_pow(places).ok_or(MathError::Overflow)?)
}

/// `value · scale`, at most 10^18.
fn to_p12(value: u128, scale: u128) -> Result<u128, PriceError> {
    value
        .checked_mul(scale)
        .filter(|scaled| *scaled <= MAX_P12)
        .ok_or(PriceError::Unusable(PriceFault::TooLarge))
}

/// IO for a dollar amount, rounded down: what a vault releases (economics §1.3 R15).
pub fn usd_to_io_floor(usd: UsdMicros, p12: u128) -> MathResult<Io> {
    // Bound: 2^64 · 10^14 < 2^111.
    let scaled = scaled_usd(usd)?;
    narrow(floor_div(scaled, p12)?).map(Io::from_base_units)
}

/// IO for a dollar amount, rounded up: what a renter owes and what is burned (R10, R17).
pub fn usd_to_io_ceil(usd: UsdMicros, p12: u128) -> MathResult<Io> {
    let scaled = scaled_usd(usd)?;
    narrow(ceil_div(scaled, p12)?).map(Io::from_base_units)
}

/// Dollars for an IO amount, rounded down: recognised revenue and bids (R13, R18).
pub fn io_to_usd_floor(io: Io, p12: u128) -> MathResult<UsdMicros> {
    narrow(floor_div(scaled_io(io, p12)?, K)?).map(UsdMicros::from_base_units)
}

/// Dollars for an IO amount, rounded up: credit for released IO (R16).
pub fn io_to_usd_ceil(io: Io, p12: u128) -> MathResult<UsdMicros> {
    narrow(ceil_div(scaled_io(io, p12)?, K)?).map(UsdMicros::from_base_units)
}

fn scaled_usd(usd: UsdMicros) -> MathResult<u128> {
    u128::from(usd.base_units())
        .checked_mul(K)
        .ok_or(MathError::Overflow)
}

fn scaled_io(io: Io, p12: u128) -> MathResult<u128> {
    // Bound: 2^64 · 10^18 < 2^124 for every price of this module.
    u128::from(io.base_units())
        .checked_mul(p12)
        .ok_or(MathError::Overflow)
}

#[cfg(test)]
mod tests;
