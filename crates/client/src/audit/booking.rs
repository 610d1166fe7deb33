//! A booking from its quote to its last unit.

use ::booking::{
    events::{
        BookingBilledUnreported, BookingCancelled, BookingEnded, BookingPaid, BookingSettled,
        BookingStarted, CancelReason, EarnDestination, LineEarned, PayDuePulled, ProductBooked,
        QuoteCreated, RefundPulled, WorkRecorded,
    },
    state::{Booking, QuoteLine},
};
use anchor_lang::{AnchorDeserialize, Discriminator};
use ion_economics::{
    billing::{self, Segment, Segments},
    booking::{Currency, run_minutes},
    fees,
    price::{usd_to_io_ceil, usd_to_io_floor},
    units::{UnixSeconds, UsdMicros},
};
use solana_pubkey::Pubkey;

use super::{AuditError, Figure, contradiction};
use crate::{
    accounts, addresses,
    events::{EmittedEvent, events_of},
    history::History,
    send::Chain,
};

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

/// What the events of a booking add up to under the rules.
#[derive(Default)]
struct Replay {
    quote: Option<QuoteCreated>,
    total: u64,
    paid: u64,
    started: Option<i64>,
    ended: Option<(i64, bool)>,
    served: Vec<u32>,
    final_record: bool,
    cancelled: Option<CancelReason>,
    unreported: bool,
    earned: Vec<u64>,
    fee_taken: Vec<u64>,
    parked: u64,
    parked_pulled: u64,
    refunds_pulled: u64,
    deposited: u64,
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

fn read<T: AnchorDeserialize + Discriminator>(event: &EmittedEvent) -> Option<T> {
    event.decode::<T>(&::booking::ID)
}

/// IO amount of a billed amount, rounded down.
fn io_value(currency: u8, billed: u64, price_p12: u64) -> Result<u64, AuditError> {
    match Currency::from_u8(currency) {
        Some(Currency::Io) => Ok(billed),
        Some(Currency::Usdc) => {
            usd_to_io_floor(UsdMicros::from_base_units(billed), u128::from(price_p12))
                .map(|io| io.base_units())
                .map_err(contradiction)
        }
        None => Err(contradiction("unknown currency")),
    }
}

impl Replay {
    fn lines(&self) -> Result<&[QuoteLine], AuditError> {
        self.quote
            .as_ref()
            .map(|quote| quote.lines.as_slice())
            .ok_or_else(|| {
                AuditError::Contradiction("no quote was posted under this id".to_owned())
            })
    }

    fn fold(
        &mut self,
        key: &Pubkey,
        event: &EmittedEvent,
        terms: &BookingTerms,
    ) -> Result<(), AuditError> {
        let add = |sum: &mut u64, amount: u64| -> Result<(), AuditError> {
            *sum = sum
                .checked_add(amount)
                .ok_or_else(|| contradiction("a sum overflows"))?;
            Ok(())
        };
        if let Some(booked) = read::<ProductBooked>(event).filter(|booked| booked.booking == *key) {
            let lines = self.lines()?.len();
            self.total = booked.total;
            self.served = vec![0; lines];
            self.earned = vec![0; lines];
            self.fee_taken = vec![0; lines];
        } else if let Some(paid) = read::<BookingPaid>(event).filter(|paid| paid.booking == *key) {
            add(&mut self.paid, paid.amount)?;
        } else if let Some(started) =
            read::<BookingStarted>(event).filter(|started| started.booking == *key)
        {
            self.started = Some(started.at);
            self.ended = Some((started.ends_at, false));
        } else if let Some(ended) =
            read::<BookingEnded>(event).filter(|ended| ended.booking == *key)
        {
            self.ended = Some((ended.ends_at.new, ended.is_terminated));
        } else if let Some(cancelled) =
            read::<BookingCancelled>(event).filter(|event| event.booking == *key)
        {
            self.cancelled = Some(cancelled.reason);
        } else if read::<BookingBilledUnreported>(event).is_some_and(|event| event.booking == *key)
        {
            self.unreported = true;
        } else if let Some(worked) =
            read::<WorkRecorded>(event).filter(|worked| worked.booking == *key)
        {
            for (served, line) in self.served.iter_mut().zip(&worked.lines) {
                if *served != line.from_minutes {
                    return Err(contradiction(
                        "a record does not begin where the last one ended",
                    ));
                }
                *served = served
                    .checked_add(line.minutes)
                    .ok_or_else(|| contradiction("minutes overflow"))?;
            }
            self.final_record |= worked.is_final;
            if worked.is_priced
                && worked.io_amount != io_value(worked.currency, worked.billed, worked.price_p12)?
            {
                return Err(contradiction(
                    "a record's IO amount is not that of its price",
                ));
            }
        } else if let Some(earned) =
            read::<LineEarned>(event).filter(|earned| earned.booking == *key)
        {
            let line = usize::from(earned.line);
            let (Some(gross), Some(taken)) =
                (self.earned.get_mut(line), self.fee_taken.get_mut(line))
            else {
                return Err(contradiction("a line was earned that was not quoted"));
            };
            let fee = fees::supplier_fee(*gross, earned.amount, *taken, terms.supplier_fee_bps)
                .map_err(contradiction)?;
            if fee != earned.fee {
                return Err(contradiction(format!(
                    "supplier fee {} instead of {fee}",
                    earned.fee
                )));
            }
            add(gross, earned.amount)?;
            add(taken, fee)?;
            if earned.destination_kind == EarnDestination::PayDue {
                add(&mut self.parked, earned.amount - fee)?;
            }
        } else if let Some(pulled) =
            read::<PayDuePulled>(event).filter(|pulled| pulled.booking == *key)
        {
            add(&mut self.parked_pulled, pulled.amount)?;
        } else if let Some(pulled) =
            read::<RefundPulled>(event).filter(|pulled| pulled.booking == *key)
        {
            add(&mut self.refunds_pulled, pulled.amount)?;
        } else if let Some(settled) =
            read::<BookingSettled>(event).filter(|settled| settled.booking == *key)
        {
            add(&mut self.deposited, settled.deposited)?;
        }
        Ok(())
    }

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
            // Fully paid before the start: compute and payment fee go back, the reservation stays.
            Some(CancelReason::Renter) if self.paid == self.total => {
                (compute_sum + payment_sum, reservation_sum)
            }
            Some(_) => (self.paid, 0),
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
        let over_lines = |value: fn(&::booking::state::Line) -> u64| {
            account.lines.iter().map(value).sum::<u64>()
        };
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
        let (true, Some(start), Some((end, _))) = (self.final_record, self.started, self.ended)
        else {
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
