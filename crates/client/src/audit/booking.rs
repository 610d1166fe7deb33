//! A booking from its quote to its last unit.

use ::booking::{
    events::QuoteCreated,
    state::{Booking, Line},
};
use ion_economics::{
    billing::{self, Segment, Segments},
    booking::{Currency, run_minutes},
    fees,
    price::usd_to_io_ceil,
    units::{UnixSeconds, UsdMicros},
};

use super::{
    AuditError, Figure, contradiction,
    replay::{Cancelled, Replay, read},
};
use crate::{accounts, addresses, events::events_of, history::History, send::Chain};

/// Terms that a booking took from the parameters when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingTerms {
    /// Renter's reservation fee, bps of the compute.
    pub reservation_fee_bps: u16,
    /// Renter's payment fee in the booking's currency, bps of the compute.
    pub payment_fee_bps: u16,
    /// Sum of the supplier's fees, bps of its gross pay.
    pub supplier_fee_bps: u16,
    /// Minutes billed at least when the renter ends it.
    pub nonrefundable_minutes: u32,
}

impl BookingTerms {
    /// The published fees: 25 bps of both sides, 200 bps of both sides in USDC, first hour billed.
    pub const fn published(currency: Currency) -> Self {
        let payment_fee_bps = match currency {
            Currency::Usdc => 200,
            Currency::Io => 0,
        };
        Self {
            reservation_fee_bps: 25,
            payment_fee_bps,
            supplier_fee_bps: 25 + payment_fee_bps,
            nonrefundable_minutes: 60,
        }
    }
}

/// Audits a booking by the id of its quote. The booking's account must still exist.
///
/// Errors: `Account` when it is closed, `Contradiction` when an event breaks a rule.
pub fn audit_booking<C: Chain + History>(
    chain: &C,
    id: &[u8; 16],
    terms: &BookingTerms,
) -> Result<Vec<Figure>, AuditError> {
    let quote_key = addresses::booking::quote(id);
    let key = addresses::booking::booking(id);
    let account: Booking = accounts::fetch(chain, &key)?;
    let escrow = accounts::token_balance(chain, &addresses::booking::escrow(&key))?;
    let mut replay = Replay::default();
    for record in chain.transactions(&quote_key)?.iter() {
        for event in events_of(record) {
            if let Some(quote) =
                read::<QuoteCreated>(&event).filter(|quote| quote.quote == quote_key)
            {
                replay.quote = Some(quote);
            }
        }
    }
    for record in chain.transactions(&key)? {
        for event in events_of(&record) {
            if event.describe().is_none() {
                return Err(AuditError::UnknownEvent(record.signature));
            }
            replay.fold(&key, &event, terms)?;
        }
    }
    replay.figures(terms, &account, escrow)
}

impl Replay {
    fn figures(
        &self,
        terms: &BookingTerms,
        account: &Booking,
        escrow: u64,
    ) -> Result<Vec<Figure>, AuditError> {
        let quote = self
            .quote
            .as_ref()
            .ok_or_else(|| contradiction("no quote"))?;
        let currency =
            Currency::from_u8(quote.currency).ok_or_else(|| contradiction("unknown currency"))?;
        let unit = match currency {
            Currency::Usdc => "USDC",
            Currency::Io => "IO",
        };
        let mut compute_sum = 0u64;
        let mut reservation_sum = 0u64;
        let mut payment_sum = 0u64;
        let mut billed_sum = 0u64;
        let mut refund_sum = 0u64;
        for (line, served) in quote.lines.iter().zip(&self.served) {
            let usd = billing::line_cost_usd_micros(line.rate_usd_micros, line.qty, quote.minutes)
                .map_err(contradiction)?;
            let compute = match currency {
                Currency::Usdc => usd,
                Currency::Io => {
                    usd_to_io_ceil(UsdMicros::from_base_units(usd), u128::from(quote.price_p12))
                        .map_err(contradiction)?
                        .base_units()
                }
            };
            let fee = fees::renter_fees(compute, terms.reservation_fee_bps, terms.payment_fee_bps)
                .map_err(contradiction)?;
            compute_sum += compute;
            reservation_sum += fee.reservation;
            payment_sum += fee.payment;
            let segments = Segments::from_items([Segment {
                minutes: quote.minutes,
                amount: compute,
                hire_q: line.hire_q_usd_micros,
            }])
            .map_err(contradiction)?;
            if let Some((billed, refund)) =
                self.ending(&segments, compute, fee.reservation, *served, terms)?
            {
                billed_sum += billed;
                refund_sum += refund;
            }
        }
        let fees_sum = reservation_sum + payment_sum;
        let (refund, kept) = match self.cancelled {
            Some(Cancelled::ReservationKept) => (compute_sum + payment_sum, reservation_sum),
            Some(Cancelled::InFull) => (self.paid, 0),
            None if self.unreported => {
                let reservation_back = refund_sum.saturating_sub(compute_sum - billed_sum);
                (refund_sum, fees_sum - reservation_back)
            }
            None if self.final_record => (refund_sum, fees_sum),
            None => (0, 0),
        };
        let earned: u64 = self.earned.iter().sum();
        let supplier_fees: u64 = self.fee_taken.iter().sum();
        // Pay that could not be delivered was earned and is still in the escrow until it is pulled.
        let delivered = earned
            .checked_sub(self.parked)
            .ok_or_else(|| contradiction("more was parked than earned"))?;
        let in_escrow = [
            self.refunds_pulled,
            delivered,
            self.deposited,
            self.parked_pulled,
        ]
        .into_iter()
        .try_fold(self.paid, u64::checked_sub)
        .ok_or_else(|| contradiction("more left the escrow than was paid"))?;
        let over_lines = |value: fn(&Line) -> u64| account.lines.iter().map(value).sum::<u64>();
        let figure = |name: &str, unit, recomputed, recorded| Figure {
            name: name.to_owned(),
            unit,
            recomputed,
            recorded,
        };
        Ok(vec![
            figure(
                "price with fees",
                unit,
                compute_sum + fees_sum,
                account.total,
            ),
            figure("paid", unit, self.paid, account.paid),
            figure(
                "served minutes",
                "minutes",
                self.served.iter().map(|m| u64::from(*m)).sum(),
                over_lines(|line| u64::from(line.recorded_minutes)),
            ),
            figure("billed", unit, billed_sum, over_lines(|line| line.billed)),
            figure(
                "supplier gross",
                unit,
                earned,
                over_lines(|line| line.earned),
            ),
            figure(
                "supplier fees",
                unit,
                supplier_fees,
                over_lines(|line| line.fee_taken),
            ),
            figure(
                "refund in all",
                unit,
                refund,
                account.refund_due + account.refunds_pulled,
            ),
            figure(
                "refund pulled",
                unit,
                self.refunds_pulled,
                account.refunds_pulled,
            ),
            figure("renter fees kept", unit, kept, account.fees_kept),
            figure(
                "fees deposited",
                unit,
                self.deposited,
                account.fees_deposited,
            ),
            figure("escrow balance", unit, in_escrow, escrow),
        ])
    }

    /// Billed and refunded part of one line, `None` while it is open.
    fn ending(
        &self,
        segments: &Segments,
        compute: u64,
        reservation: u64,
        served: u32,
        terms: &BookingTerms,
    ) -> Result<Option<(u64, u64)>, AuditError> {
        if self.cancelled.is_some() {
            return Ok(Some((0, compute)));
        }
        if self.unreported {
            let ending =
                billing::end_unreported(segments, served, reservation).map_err(contradiction)?;
            return Ok(Some((
                ending.billed,
                ending.refund + ending.reservation_refund,
            )));
        }
        let (true, Some(start), Some(end)) = (self.final_record, self.started, self.ended) else {
            // Boundary records bill as they come.
            return Ok(Some((segments.billed(served).map_err(contradiction)?, 0)));
        };
        let run =
            run_minutes(UnixSeconds::new(start), UnixSeconds::new(end)).map_err(contradiction)?;
        let ending = billing::end_natural(segments, served, run, terms.nonrefundable_minutes)
            .map_err(contradiction)?;
        Ok(Some((ending.billed, ending.refund)))
    }
}
