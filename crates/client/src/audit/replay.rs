//! Folding the events of a booking.

use std::collections::BTreeMap;

use ::booking::{
    events::{
        BookingBilledUnreported, BookingCancelled, BookingExtended, BookingPaid, BookingSettled,
        BookingStarted, EarnDestination, LineEarned, LinesLocked, PayDuePulled, ProductBooked,
        QuoteCreated, RecordRuled, RefundPulled, WorkRecorded,
    },
    state::QuoteLine,
};
use anchor_lang::{AnchorDeserialize, Discriminator};
use ion_economics::{
    booking::{BookingStatus, Currency},
    fees,
    price::usd_to_io_floor,
    units::UsdMicros,
};
use solana_pubkey::Pubkey;

use super::{
    AuditError, BookingTerms, contradiction,
    fault::{Replacement, SeenFault},
};
use crate::events::EmittedEvent;

/// How a booking that never ran is refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// Everything goes back.
    InFull,
    /// Locked, paid and given up in time by the renter: the reservation fee stays.
    ReservationKept,
}

/// What the events of a booking add up to under the rules.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) quote: Option<QuoteCreated>,
    pub(super) extensions: Vec<BookingExtended>,
    pub(super) cuts: Vec<u64>,
    pub(super) faults: BTreeMap<usize, SeenFault>,
    pub(super) replacements: Vec<Replacement>,
    pub(super) head_line: usize,
    pub(super) is_fault_ended: bool,
    pub(super) fees_waiting: u64,
    pub(super) paid: u64,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) served: Vec<u32>,
    pub(super) final_record: bool,
    pub(super) start_by: Option<i64>,
    pub(super) cancelled: Option<Cancelled>,
    pub(super) unreported: bool,
    pub(super) earned: Vec<u64>,
    pub(super) fee_taken: Vec<u64>,
    pub(super) parked: u64,
    pub(super) parked_pulled: u64,
    pub(super) refunds_pulled: u64,
    pub(super) deposited: u64,
}

pub(super) fn read<T: AnchorDeserialize + Discriminator>(event: &EmittedEvent) -> Option<T> {
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
    pub(super) fn lines(&self) -> Result<&[QuoteLine], AuditError> {
        self.quote
            .as_ref()
            .map(|quote| quote.lines.as_slice())
            .ok_or_else(|| {
                AuditError::Contradiction("no quote was posted under this id".to_owned())
            })
    }

    pub(super) fn fold(
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
        if self.fold_fault(key, event, terms)? {
            return Ok(());
        }
        if read::<ProductBooked>(event).is_some_and(|booked| booked.booking == *key) {
            let lines = self.lines()?.len();
            self.served = vec![0; lines];
            self.earned = vec![0; lines];
            self.fee_taken = vec![0; lines];
            self.cuts = vec![0; lines];
        } else if let Some(paid) = read::<BookingPaid>(event).filter(|paid| paid.booking == *key) {
            add(&mut self.paid, paid.amount)?;
        } else if let Some(extended) =
            read::<BookingExtended>(event).filter(|extended| extended.booking == *key)
        {
            self.ended = Some(extended.ends_at.new);
            self.extensions.push(extended);
        } else if let Some(ruled) = read::<RecordRuled>(event).filter(|ruled| ruled.booking == *key)
        {
            self.rule(&ruled, terms)?;
        } else if let Some(started) =
            read::<BookingStarted>(event).filter(|started| started.booking == *key)
        {
            self.started = Some(started.at);
            self.ended = Some(started.ends_at);
        } else if let Some(cancelled) =
            read::<BookingCancelled>(event).filter(|event| event.booking == *key)
        {
            let was_locked = cancelled.status.new == BookingStatus::Cancelled as u8;
            let in_time = self
                .start_by
                .is_some_and(|start_by| cancelled.at <= start_by);
            self.cancelled = Some(match was_locked && in_time {
                true => Cancelled::ReservationKept,
                false => Cancelled::InFull,
            });
        } else if let Some(locked) =
            read::<LinesLocked>(event).filter(|locked| locked.booking == *key)
        {
            self.start_by = Some(locked.deadline);
        } else if read::<BookingBilledUnreported>(event).is_some_and(|event| event.booking == *key)
        {
            self.credit_kept(terms)?;
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
            // the engine takes no fee of a supplier
            let is_engine = earned.destination_kind == EarnDestination::FeeVault;
            let bps = if is_engine { 0 } else { terms.supplier_fee_bps };
            let fee =
                fees::supplier_fee(*gross, earned.amount, *taken, bps).map_err(contradiction)?;
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
            if earned.is_fee_waiting {
                add(&mut self.fees_waiting, fee)?;
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
            // fees that waited were earned before; the rest is the renter's
            let own = settled
                .deposited
                .checked_sub(self.fees_waiting)
                .ok_or_else(|| contradiction("fees that waited were not deposited"))?;
            self.fees_waiting = 0;
            add(&mut self.deposited, own)?;
        }
        Ok(())
    }
}
