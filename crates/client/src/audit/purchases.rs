//! What a line bought, from its quote and its extensions, and what rulings cut of it.

use ::booking::{events::RecordRuled, state::QuoteLine};
use ion_economics::{
    billing::{self, BillingError, MAX_SEGMENTS, Segment, Segments},
    booking::Currency,
    fees,
    price::usd_to_io_ceil,
    units::UsdMicros,
};

use super::{AuditError, BookingTerms, contradiction, replay::Replay};

/// Purchases of a line with the renter's fees, base units of the currency.
pub(super) struct Bought {
    /// The purchases in order.
    pub(super) segments: Segments,
    /// Their price.
    pub(super) compute: u64,
    /// Reservation fees.
    pub(super) reservation: u64,
    /// Payment fees.
    pub(super) payment: u64,
}

/// Price of a quoted line: rate times processors times minutes, in IO at the quote's price.
fn price(
    line: &QuoteLine,
    minutes: u32,
    currency: Currency,
    price_p12: u64,
) -> Result<u64, AuditError> {
    let usd = billing::line_cost_usd_micros(line.rate_usd_micros, line.qty, minutes)
        .map_err(contradiction)?;
    match currency {
        Currency::Usdc => Ok(usd),
        Currency::Io => Ok(
            usd_to_io_ceil(UsdMicros::from_base_units(usd), u128::from(price_p12))
                .map_err(contradiction)?
                .base_units(),
        ),
    }
}

impl Bought {
    fn add(
        &mut self,
        line: &QuoteLine,
        minutes: u32,
        amount: u64,
        served: u32,
        terms: &BookingTerms,
    ) -> Result<(), AuditError> {
        let fee = fees::renter_fees(amount, terms.reservation_fee_bps, terms.payment_fee_bps)
            .map_err(contradiction)?;
        let purchase = Segment {
            minutes,
            amount,
            hire_q: line.hire_q_usd_micros,
        };
        // a line keeps four purchases apart; the audit bills nothing below the minutes served so far
        if self.segments.push(purchase) == Err(BillingError::TooManySegments) {
            self.segments = self.segments.fold(served).map_err(contradiction)?;
            self.segments.push(purchase).map_err(contradiction)?;
        }
        let sums = [
            (&mut self.compute, amount),
            (&mut self.reservation, fee.reservation),
            (&mut self.payment, fee.payment),
        ];
        for (sum, part) in sums {
            *sum = sum
                .checked_add(part)
                .ok_or_else(|| contradiction("a sum overflows"))?;
        }
        Ok(())
    }
}

impl Replay {
    /// What one line bought so far.
    ///
    /// Errors: `Contradiction` when the line was not quoted or a price does not follow the rules.
    pub(super) fn bought(&self, number: usize, terms: &BookingTerms) -> Result<Bought, AuditError> {
        let quote = self
            .quote
            .as_ref()
            .ok_or_else(|| contradiction("no quote"))?;
        let currency =
            Currency::from_u8(quote.currency).ok_or_else(|| contradiction("unknown currency"))?;
        let served = self.served.get(number).copied().unwrap_or_default();
        let mut bought = Bought {
            segments: Segments::EMPTY,
            compute: 0,
            reservation: 0,
            payment: 0,
        };
        let device = if let Some(line) = quote.lines.get(number) {
            let amount = price(line, quote.minutes, currency, quote.price_p12)?;
            bought.add(line, quote.minutes, amount, served, terms)?;
            line.device
        } else {
            let replacement = number
                .checked_sub(quote.lines.len())
                .and_then(|at| self.replacements.get(at))
                .ok_or_else(|| contradiction("a line that was not quoted"))?;
            let moved = replacement.moved;
            bought.segments = Segments::from_items([moved.segment]).map_err(contradiction)?;
            bought.compute = moved.segment.amount;
            bought.reservation = moved.reservation;
            replacement.device
        };
        for extension in &self.extensions {
            let quoted = extension
                .lines
                .iter()
                .find(|quoted| quoted.device == device);
            let Some(quoted) = quoted else {
                continue; // the line had ended
            };
            let amount = price(quoted, extension.minutes, currency, extension.price_p12)?;
            if amount != quoted.compute {
                return Err(contradiction(format!(
                    "an extension cost {} instead of {amount}",
                    quoted.compute
                )));
            }
            bought.add(quoted, extension.minutes, amount, served, terms)?;
        }
        Ok(bought)
    }

    /// Counts a ruling whose cuts are those of the rule.
    ///
    /// Errors: `Contradiction`.
    pub(super) fn rule(
        &mut self,
        ruled: &RecordRuled,
        terms: &BookingTerms,
    ) -> Result<(), AuditError> {
        for (number, line) in ruled.lines.iter().enumerate() {
            let cut = if self.extensions.len() < MAX_SEGMENTS {
                let bought = self.bought(number, terms)?;
                billing::ruling_cut(
                    &bought.segments,
                    line.from_minutes,
                    line.minutes,
                    line.ruled_minutes,
                )
                .map_err(contradiction)?
                .min(line.billed)
            } else {
                // purchases were folded here that the program may still have kept apart
                line.cut.min(line.billed)
            };
            if cut != line.cut {
                return Err(contradiction(format!(
                    "a ruling cut {} instead of {cut}",
                    line.cut
                )));
            }
            let sum = self
                .cuts
                .get_mut(number)
                .ok_or_else(|| contradiction("a ruling on a line that was not quoted"))?;
            *sum = sum
                .checked_add(cut)
                .ok_or_else(|| contradiction("a sum overflows"))?;
        }
        Ok(())
    }
}
