//! The buyback auction (economics §10.8).
//!
//! Mechanism: the vault offers USDC for IO; its bid per IO rises on a straight line from a discount
//! on the floor price to a premium on the point price over the life of the auction. Place of use:
//! the ide program at each fill. Invariant: the bid depends on time and oracle only, never on the
//! fills, and the USDC of a fill is never worth more than its IO at the point price plus the
//! premium; so nobody can move the price by trading against the auction.

use super::{least, to_io_ceil, to_usd_floor, wide_add, wide_mul, BPS};
use crate::math::{floor_div, MathError, MathResult};
use crate::price::Price;

/// Terms stamped when an auction opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuctionTerms {
    /// Opening bid against the floor price, bps, at most 0.
    pub start_bps: i16,
    /// Closing bid against the point price, bps, at least 0.
    pub end_bps: i16,
    /// Time from the opening to the closing bid, seconds.
    pub duration: i64,
}

/// What one fill exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// IO taken from the seller, base units.
    pub io: u64,
    /// USDC paid, base units.
    pub usdc: u64,
}

/// Size of the next lot: the earmark up to the cap; `None` if that is nothing, or less than the
/// least lot while more remains.
pub fn lot(available_usdc: u64, cap_usdc: u64, min_usdc: u64) -> Option<u64> {
    let size = available_usdc.min(cap_usdc);
    (size > 0 && (size >= min_usdc || size == available_usdc)).then_some(size)
}

/// Bid per IO after `elapsed` seconds, 1e-12 USD, every step down (R18):
/// `lo + floor((hi − lo)·min(e, T), T)`.
///
/// Errors: overflow for terms outside their bounds, division by zero for no duration.
pub fn bid12(terms: &AuctionTerms, price: &Price, elapsed: i64) -> MathResult<u128> {
    let low = scaled(price.floor12, terms.start_bps)?;
    let high = scaled(price.p12, terms.end_bps)?;
    let duration = u128::try_from(terms.duration).map_err(|_| MathError::Overflow)?;
    // a clock behind the opening counts as the opening
    let elapsed = u128::try_from(elapsed.max(0))
        .map_err(|_| MathError::Overflow)?
        .min(duration);
    // Bound: 10^18 · 1.05 · 86,400 < 2^77.
    let rise = high.checked_sub(low).ok_or(MathError::Overflow)?;
    wide_add(low, floor_div(wide_mul(rise, elapsed)?, duration)?)
}

fn scaled(price12: u128, bps: i16) -> MathResult<u128> {
    let factor = i128::from(bps)
        .checked_add(i128::from(10_000_i32))
        .and_then(|factor| u128::try_from(factor).ok())
        .ok_or(MathError::Overflow)?;
    floor_div(wide_mul(price12, factor)?, BPS)
}

/// What an offer of `io_in` gets at a bid from a lot with `remaining` USDC:
/// `io = min(io_in, ceil(remaining/bid))`, `usdc = min(remaining, floor(io·bid))`.
///
/// The IO of the last fill is rounded up and its USDC down (R18). Error: a bid of zero.
pub fn fill(remaining_usdc: u64, io_in: u64, bid12: u128) -> MathResult<Fill> {
    let io = least(io_in, to_io_ceil(u128::from(remaining_usdc), bid12)?)?;
    let usdc = least(remaining_usdc, to_usd_floor(io, bid12)?)?;
    Ok(Fill { io, usdc })
}
