//! What a line costs and how much of it is billed (economics §8.1, §8.4, §8.5).
//!
//! Mechanism: a line holds up to four purchases of minutes; minutes that are not served are given
//! back from the last purchase backwards. Place of use: quotes, work records and endings of the
//! booking program, the services and the audit. Invariant: `B(0) = 0`, `B(hired) = compute`, `B`
//! never falls, and billed plus refunded is the compute of the line to the last unit.

use crate::math::{add, floor_div, mul_div_floor, narrow, sub, MathError};

/// Most purchases of minutes that one line keeps apart.
pub const MAX_SEGMENTS: usize = 4;
/// Minutes between two work records of a line: 24 hours (economics §8.7).
pub const RECORD_MINUTES: u32 = 1_440;
/// Minutes in an hour: rates are per processor-hour.
const MINUTES_PER_HOUR: u128 = 60;

/// Why a billing rule has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillingError {
    /// A quantity does not fit its type.
    Math(MathError),
    /// A line would keep more than [`MAX_SEGMENTS`] purchases apart.
    TooManySegments,
    /// A purchase without minutes.
    ZeroMinutes,
    /// More minutes than the line has hired.
    MinutesAboveHired,
    /// The served minutes are below what an earlier record or a fault report says.
    MinutesFell,
}

impl From<MathError> for BillingError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// One purchase of minutes on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Minutes bought, at least 1.
    pub minutes: u32,
    /// Their price in base units of the booking's currency.
    pub amount: u64,
    /// Hire rate of the quote in 1e-6 USD per processor-hour; 0 in `Schedule`.
    pub hire_q: u64,
}

impl Segment {
    /// No purchase.
    const NONE: Self = Self {
        minutes: 0,
        amount: 0,
        hire_q: 0,
    };

    /// Same exact amount per minute and same hire rate: both may be kept as one.
    fn merges_with(&self, other: &Self) -> bool {
        // Bound: u64·u32 < 2^96.
        self.hire_q == other.hire_q
            && u128::from(self.amount).checked_mul(u128::from(other.minutes))
                == u128::from(other.amount).checked_mul(u128::from(self.minutes))
    }
}

/// The purchases of a line in order, first to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    items: [Segment; MAX_SEGMENTS],
    count: usize,
}

impl Segments {
    /// A line without purchases.
    pub const EMPTY: Self = Self {
        items: [Segment::NONE; MAX_SEGMENTS],
        count: 0,
    };

    /// From purchases in order, taken as they are (a stored line is already merged).
    ///
    /// Errors: `TooManySegments`, `ZeroMinutes`.
    pub fn from_items(purchases: impl IntoIterator<Item = Segment>) -> Result<Self, BillingError> {
        let mut segments = Self::EMPTY;
        for purchase in purchases {
            segments.append(purchase)?;
        }
        Ok(segments)
    }

    /// The purchases in order.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.items.iter().take(self.count)
    }

    /// Adds the purchase of an extension; one of exactly equal amount per minute and equal hire rate
    /// as the last is merged into it.
    ///
    /// Errors: `TooManySegments`, `ZeroMinutes`, `Math(Overflow)`.
    pub fn push(&mut self, purchase: Segment) -> Result<(), BillingError> {
        let last = self
            .count
            .checked_sub(1)
            .and_then(|at| self.items.get_mut(at));
        match last {
            Some(last) if purchase.minutes > 0 && last.merges_with(&purchase) => {
                last.minutes = last
                    .minutes
                    .checked_add(purchase.minutes)
                    .ok_or(MathError::Overflow)?;
                last.amount = add(last.amount, purchase.amount)?;
                Ok(())
            }
            Some(_) | None => self.append(purchase),
        }
    }

    fn append(&mut self, purchase: Segment) -> Result<(), BillingError> {
        if purchase.minutes == 0 {
            return Err(BillingError::ZeroMinutes);
        }
        let slot = self
            .items
            .get_mut(self.count)
            .ok_or(BillingError::TooManySegments)?;
        *slot = purchase;
        self.count = self.count.checked_add(1).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Minutes hired: the sum over the purchases.
    pub fn hired(&self) -> Result<u32, BillingError> {
        self.items().try_fold(0u32, |sum, segment| {
            Ok(sum
                .checked_add(segment.minutes)
                .ok_or(MathError::Overflow)?)
        })
    }

    /// Price of all purchases, base units of the currency.
    pub fn compute(&self) -> Result<u64, BillingError> {
        self.items()
            .try_fold(0u64, |sum, segment| Ok(add(sum, segment.amount)?))
    }

    /// `RefundLIFO(minutes)`: what the last `minutes` of the line cost. Floor per purchase, so the
    /// billed complement is the higher side (R12). Errors: `MinutesAboveHired`.
    pub fn refund_lifo(&self, minutes: u32) -> Result<u64, BillingError> {
        let mut left = minutes;
        let mut out = 0u64;
        for segment in self.items().rev() {
            let taken = left.min(segment.minutes);
            // floor(amount·t/minutes); a purchase given back whole needs no division
            let part = if taken == segment.minutes {
                segment.amount
            } else {
                mul_div_floor(segment.amount, u64::from(taken), u64::from(segment.minutes))?
            };
            out = add(out, part)?;
            left = left.checked_sub(taken).ok_or(MathError::Overflow)?;
        }
        if left > 0 {
            return Err(BillingError::MinutesAboveHired);
        }
        Ok(out)
    }

    /// `B(minutes)`: what the first `minutes` of the line cost, base units (economics §8.4).
    ///
    /// Errors: `MinutesAboveHired`.
    pub fn billed(&self, minutes: u32) -> Result<u64, BillingError> {
        let unserved = self
            .hired()?
            .checked_sub(minutes)
            .ok_or(BillingError::MinutesAboveHired)?;
        Ok(sub(self.compute()?, self.refund_lifo(unserved)?)?)
    }

    /// Obligation of the minutes `from..to`, 1e-6 USD: `Σ floor(hire_q·qty·minutes, 60)` over the
    /// purchases they fall into (R14, economics §8.7).
    ///
    /// Errors: `MinutesFell`, `MinutesAboveHired`.
    pub fn hire_usd_micros(&self, qty: u8, from: u32, to: u32) -> Result<u64, BillingError> {
        if from > to {
            return Err(BillingError::MinutesFell);
        }
        if to > self.hired()? {
            return Err(BillingError::MinutesAboveHired);
        }
        let mut start = 0u32;
        let mut out = 0u64;
        for segment in self.items() {
            let end = start
                .checked_add(segment.minutes)
                .ok_or(MathError::Overflow)?;
            // the part of from..to inside this purchase: both bounds clamped into it
            let minutes = to.clamp(start, end).abs_diff(from.clamp(start, end));
            if segment.hire_q > 0 {
                // Bound: 2^64·2^8·2^32 < 2^104.
                let product = u128::from(segment.hire_q)
                    .checked_mul(u128::from(qty))
                    .and_then(|v| v.checked_mul(u128::from(minutes)))
                    .ok_or(MathError::Overflow)?;
                // floor: never above the quoted hire
                out = add(out, narrow(floor_div(product, MINUTES_PER_HOUR)?)?)?;
            }
            start = end;
        }
        Ok(out)
    }
}

/// Price of a line in 1e-6 USD: `ceil(rate·qty·minutes, 60)` (R10, economics §8.1). `rate` in 1e-6
/// USD per processor-hour.
pub fn line_cost_usd_micros(
    rate_usd_micros: u64,
    qty: u8,
    minutes: u32,
) -> Result<u64, BillingError> {
    // Bound: 2^64·2^8·2^32 < 2^104.
    let product = u128::from(rate_usd_micros)
        .checked_mul(u128::from(qty))
        .and_then(|v| v.checked_mul(u128::from(minutes)))
        .ok_or(MathError::Overflow)?;
    // ceil: the supplier's side of a quote
    Ok(narrow(crate::math::ceil_div(product, MINUTES_PER_HOUR)?)?)
}

/// How an ending divides the price of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Billed to the renter, base units.
    pub billed: u64,
    /// Compute given back to the payer; `billed + refund`, and what a replacement took over, is the
    /// compute of the line.
    pub refund: u64,
    /// Reservation fee given back with it.
    pub reservation_refund: u64,
}

fn divide(
    segments: &Segments,
    billed: u64,
    reservation_refund: u64,
) -> Result<Ending, BillingError> {
    Ok(Ending {
        billed,
        refund: sub(segments.compute()?, billed)?,
        reservation_refund,
    })
}

/// Reservation given back in proportion to the compute given back: `floor(reservation·refund,
/// compute)`; nothing was bought for nothing, so a line without compute gives back all of it.
fn proportional(reservation: u64, refund: u64, compute: u64) -> Result<u64, BillingError> {
    if compute == 0 {
        return Ok(reservation);
    }
    Ok(mul_div_floor(reservation, refund, compute)?)
}

/// Minutes billed at a natural end or when the renter terminates: `max(served, min(n, hired) −
/// degraded)` with `degraded = max(0, min(n, run − served))`, where `n` is the non-refundable first
/// part (60 minutes) and `run` the minutes from the line's start to its end, a started minute
/// counted whole (economics §8.5).
///
/// Errors: `MinutesAboveHired` when `served` is above `hired` or above `run`.
pub fn natural_minutes(
    hired: u32,
    served: u32,
    run: u32,
    nonrefundable: u32,
) -> Result<u32, BillingError> {
    if served > hired || served > run {
        return Err(BillingError::MinutesAboveHired);
    }
    let degraded = run.abs_diff(served).min(nonrefundable);
    // saturating: the rule is a clamp, a first hour that was not served is not billed
    Ok(served.max(nonrefundable.min(hired).saturating_sub(degraded)))
}

/// Natural end, or the renter terminates: fees stay (economics §8.5).
///
/// Errors: `MinutesAboveHired`.
pub fn end_natural(
    segments: &Segments,
    served: u32,
    run: u32,
    nonrefundable: u32,
) -> Result<Ending, BillingError> {
    let minutes = natural_minutes(segments.hired()?, served, run, nonrefundable)?;
    divide(segments, segments.billed(minutes)?, 0)
}

/// No final record in time: the minutes of the last accepted record are billed, no first-hour
/// minimum, the reservation goes back in proportion (economics §8.5).
///
/// Errors: `MinutesAboveHired`.
pub fn end_unreported(
    segments: &Segments,
    recorded: u32,
    reservation: u64,
) -> Result<Ending, BillingError> {
    let ending = divide(segments, segments.billed(recorded)?, 0)?;
    Ok(Ending {
        reservation_refund: proportional(reservation, ending.refund, segments.compute()?)?,
        ..ending
    })
}

/// A fault of the line's supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What the renter pays and gets back.
    pub ending: Ending,
    /// What the supplier earns in total: `B(kept)`.
    pub supplier_gross: u64,
    /// Billed beyond it, for the fee vault.
    pub vault_part: u64,
}

/// Supplier fault: `B(max(kept, served − credit))` billed, `B(kept)` to the supplier, the difference
/// to the fee vault; `moved` is what a replacement took over, 0 without one; no first-hour minimum;
/// reservation back in proportion (economics §8.5).
///
/// Errors: `MinutesFell` when `kept` is above `served`, `MinutesAboveHired`, `Math(Overflow)` when
/// more was moved than is left.
pub fn end_fault(
    segments: &Segments,
    kept: u32,
    served: u32,
    credit: u32,
    reservation: u64,
    moved: u64,
) -> Result<Fault, BillingError> {
    if kept > served {
        return Err(BillingError::MinutesFell);
    }
    // saturating: the rule is a clamp, "not below 0"
    let billed = segments.billed(kept.max(served.saturating_sub(credit)))?;
    let supplier_gross = segments.billed(kept)?;
    let compute = segments.compute()?;
    let refund = sub(sub(compute, billed)?, moved)?;
    Ok(Fault {
        ending: Ending {
            billed,
            refund,
            reservation_refund: reservation_share(reservation, refund, compute)?,
        },
        supplier_gross,
        vault_part: sub(billed, supplier_gross)?,
    })
}

/// What a ruling gives back of a record's line: `B(prev + recorded) − B(prev + ruled)` over the
/// record's own increase (economics §8.7).
///
/// Errors: `MinutesFell` when the ruling adds minutes, `MinutesAboveHired`.
pub fn ruling_cut(
    segments: &Segments,
    before: u32,
    recorded: u32,
    ruled: u32,
) -> Result<u64, BillingError> {
    if ruled > recorded {
        return Err(BillingError::MinutesFell);
    }
    let to = before.checked_add(recorded).ok_or(MathError::Overflow)?;
    let ruled_to = before.checked_add(ruled).ok_or(MathError::Overflow)?;
    Ok(sub(segments.billed(to)?, segments.billed(ruled_to)?)?)
}

mod failover;
mod fold;
pub use failover::*;
#[cfg(test)]
mod tests;
