//! A booking from its quote to its last unit.

use ::booking::{
    events::QuoteCreated,
    state::{Booking, Line},
};
use ion_economics::booking::Currency;

use solana_pubkey::Pubkey;

use super::{
    AuditError, Figure, contradiction,
    prefix::{self, Fold},
    replay::{Cancelled, Replay, read},
};
use crate::{
    accounts::{self, AccountError},
    addresses,
    events::{EmittedEvent, events_of},
    history::{History, TransactionRecord},
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
    /// Served minutes not billed after a supplier fault.
    pub fault_credit_minutes: u32,
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
            fault_credit_minutes: 60,
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
    let posted = chain.transactions(&quote_key)?;
    prefix::figures(
        chain,
        &key,
        || account_and_escrow(chain, &key),
        |(account, escrow)| Audited {
            key,
            terms: *terms,
            replay: Replay {
                quote: quote(&posted, &quote_key),
                ..Replay::default()
            },
            account: account.clone(),
            escrow: *escrow,
        },
    )
}

/// The booking and the balance of its escrow, at one slot.
fn account_and_escrow<C: Chain>(chain: &C, key: &Pubkey) -> Result<(Booking, u64), AuditError> {
    let escrow = addresses::booking::escrow(key);
    let mut found = chain.accounts(&[*key, escrow])?.into_iter();
    let account = found.next().flatten().ok_or(AccountError::Missing(*key))?;
    let balance = match found.next().flatten() {
        Some(vault) => accounts::decode_token(&escrow, &vault)?.amount,
        None => 0,
    };
    Ok((accounts::decode(key, &account)?, balance))
}

/// The quote as it was posted.
fn quote(history: &[TransactionRecord], key: &Pubkey) -> Option<QuoteCreated> {
    history
        .iter()
        .flat_map(events_of)
        .filter_map(|event| read::<QuoteCreated>(&event))
        .rfind(|quote| quote.quote == *key)
}

/// A booking's events beside its account and its escrow.
struct Audited {
    key: Pubkey,
    terms: BookingTerms,
    replay: Replay,
    account: Booking,
    escrow: u64,
}

impl Fold for Audited {
    fn fold(&mut self, _: &TransactionRecord, events: &[EmittedEvent]) -> Result<(), AuditError> {
        for event in events {
            self.replay.fold(&self.key, event, &self.terms)?;
        }
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        self.replay.figures(&self.terms, &self.account, self.escrow)
    }
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
        let mut reservation_back = 0u64;
        for number in 0..self.served.len() {
            let bought = self.bought(number, terms)?;
            compute_sum += bought.compute;
            reservation_sum += bought.reservation;
            payment_sum += bought.payment;
            let divided = self.divided(number, &bought, terms)?;
            billed_sum += divided.billed;
            refund_sum += divided.refund + divided.reservation;
            reservation_back += divided.reservation;
        }
        // what a replacement took over was bought once
        for fault in self.faults.values() {
            compute_sum -= fault.moved;
            reservation_sum -= fault.moved_reservation;
        }
        let fees_sum = reservation_sum + payment_sum;
        let is_billed = self.final_record || self.unreported;
        let (refund, kept) = match self.cancelled {
            Some(Cancelled::ReservationKept) => (compute_sum + payment_sum, reservation_sum),
            Some(Cancelled::InFull) => (self.paid, 0),
            None if is_billed => (refund_sum, fees_sum - reservation_back),
            None => (refund_sum, 0),
        };
        let earned: u64 = self.earned.iter().sum();
        let supplier_fees: u64 = self.fee_taken.iter().sum();
        // Pay that could not be delivered was earned and is still in the escrow until it is pulled.
        let delivered = earned
            .checked_sub(self.parked)
            .and_then(|rest| rest.checked_sub(self.fees_waiting))
            .ok_or_else(|| contradiction("more was parked than earned"))?;
        let cut: u64 = self.cuts.iter().sum();
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
            figure("cut by rulings", unit, cut, over_lines(|line| line.cut)),
            figure(
                "refund in all",
                unit,
                refund + cut,
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
}
