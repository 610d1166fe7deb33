//! The Incentive Dynamic Engine (economics §10).
//!
//! Mechanism: suppliers are owed dollars per UTC day and paid in IO without minting more than the
//! schedule. A day is sealed by one pure function, [`seal`]: the money of the day joins three
//! ledgers, the obligations and then the arrears are paid by a waterfall over them, at least half of
//! the revenue left over is burned or earmarked for buyback, unspent emission is retired in part,
//! and the ratio of revenue to obligations moves the health of the engine. Earmarks leave through a
//! descending reverse auction whose price depends on time and oracle only ([`auction`]). Totals are
//! divided over beneficiaries without losing a unit ([`divide`]).
//!
//! Place of use: the ide program seals with it, the verifiers divide with it, the command line
//! recomputes every epoch with it, the simulator runs years of it.
//!
//! Invariants, each a property test:
//! * IO and USDC are conserved to the unit: ledgers and money before = ledgers after + paid + burned
//!   + earmarked + retired + carried revenue.
//! * `paid for H ≤ H`, `paid for arrears ≤ AR0`, `AR' = AR0 − paidA + short`.
//! * `short > 0` only when every ledger the price can use is empty below one IO unit of value.
//! * value burned + earmarked + carried ≥ `burn_bps` of the surplus + what was carried before.
//! * nothing is retired while arrears remain, nothing of a later day is touched.
//!
//! Rounding: IO released down, dollars credited for it up, burns and retirements up, recognised
//! revenue down, the ratio down, its average to the nearest (economics §1.3 R15 to R20).
//!
//! Range: every step is computed in 128 bits and narrowed once. The function has a result for all
//! inputs whose results fit 64 bits; otherwise it is an error and the day waits, nothing is clamped.

pub mod auction;
mod division;
mod health;
mod history;
mod obligation;
mod pay;
mod rates;
mod seal;
#[cfg(test)]
mod tests;

pub use division::{divide, DivideError, Divider};
pub use health::{Health, HealthRules, Status};
pub use history::{History, WINDOW};
pub use obligation::{
    availability_usd_micros, check_report, hire_usd_micros, is_within_limits, report_usable_until,
    row_usd_micros, scale_to_cap, ReportError, ReportTotals,
};
pub use pay::{pay, Ledgers, Order, Payment};
pub use rates::{RateError, RateHistory, RateSet, RATE_SETS};
pub use seal::{seal, DayMoney, EpochInput, EpochOutput, EpochRules, Mode, SealPrice};

use crate::math::{floor_div, narrow, MathError, MathResult};

/// `K` of the conversions of economics §1.2.
const K: u128 = 100_000_000_000_000;
/// One in basis points.
const BPS: u128 = 10_000;

/// The price of a sealing: the higher of point price and average for what is released, the floor
/// price for what is recognised or burned (economics §1.5).
pub const fn seal_price(price: &crate::price::Price) -> SealPrice {
    let release = if price.ema12 > price.p12 {
        price.ema12
    } else {
        price.p12
    };
    SealPrice {
        release12: release,
        floor12: price.floor12,
    }
}

fn wide_mul(a: u128, b: u128) -> MathResult<u128> {
    a.checked_mul(b).ok_or(MathError::Overflow)
}

fn wide_add(a: u128, b: u128) -> MathResult<u128> {
    a.checked_add(b).ok_or(MathError::Overflow)
}

/// `usd·K / p`, down. Bound: 2^80 · 10^14 < 2^127.
fn to_io_floor(usd: u128, p12: u128) -> MathResult<u128> {
    floor_div(wide_mul(usd, K)?, p12)
}

/// `usd·K / p`, up.
fn to_io_ceil(usd: u128, p12: u128) -> MathResult<u128> {
    crate::math::ceil_div(wide_mul(usd, K)?, p12)
}

/// `io·p / K`, down. Bound: 2^64 · 10^18 < 2^124.
fn to_usd_floor(io: u64, p12: u128) -> MathResult<u128> {
    floor_div(wide_mul(u128::from(io), p12)?, K)
}

/// `io·p / K`, up.
fn to_usd_ceil(io: u64, p12: u128) -> MathResult<u128> {
    crate::math::ceil_div(wide_mul(u128::from(io), p12)?, K)
}

/// The smaller of a 64-bit amount and a wide one, which always fits.
fn least(amount: u64, wide: u128) -> MathResult<u64> {
    narrow(u128::from(amount).min(wide))
}
