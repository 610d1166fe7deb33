//! One shard of the public record, rebuilt from the transactions that name it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use ::booking::{
    events::{
        BookingPaid, EarnDestination, LineEarned, ProductBooked, RecordPriced, RefundPulled,
        TneAdjusted, TneDayFolded, WorkRecorded,
    },
    state::{TneRingDay, TneTotals},
};
use ion_economics::{booking::Currency, math, price::usd_to_io_floor, units::UsdMicros};
use registry::state::TneCounter;
use solana_pubkey::Pubkey;

use super::{
    AuditError, Figure, contradiction, prefix::Fold, replay::read, tne::Recorded, tne_figures,
    transfers,
};
use crate::{addresses, events::EmittedEvent, history::TransactionRecord};

/// What a record is worth and how much of it was earned.
#[derive(Default)]
struct Worth {
    billed: u64,
    io_amount: u64,
    earned: u64,
    is_priced: bool,
}

/// One shard out of the transactions that name it, beside the accounts.
pub(super) struct Shard {
    pub(super) shard: u8,
    recorded: Arc<Recorded>,
    pub(super) totals: TneTotals,
    /// What was taken out of the ring, by day.
    pub(super) parts: BTreeMap<u64, TneRingDay>,
    currencies: HashMap<Pubkey, Currency>,
    records: HashMap<Pubkey, Worth>,
}

/// IO amount of a billed amount, rounded down.
fn io_value(currency: Currency, billed: u64, price_p12: u64) -> Result<u64, AuditError> {
    match currency {
        Currency::Io => Ok(billed),
        Currency::Usdc => {
            usd_to_io_floor(UsdMicros::from_base_units(billed), u128::from(price_p12))
                .map(|io| io.base_units())
                .map_err(contradiction)
        }
    }
}

fn currency(code: u8) -> Result<Currency, AuditError> {
    Currency::from_u8(code).ok_or_else(|| contradiction("unknown currency"))
}

impl Worth {
    /// Part of the IO amount that belongs to `paid` (economics §9.2).
    fn part(&self, paid: u64) -> Result<u64, AuditError> {
        if self.billed == 0 {
            return Ok(0);
        }
        math::mul_div_floor(self.io_amount, paid, self.billed).map_err(contradiction)
    }
}

impl Fold for Shard {
    fn fold(
        &mut self,
        record: &TransactionRecord,
        events: &[EmittedEvent],
    ) -> Result<(), AuditError> {
        events
            .iter()
            .try_for_each(|event| self.apply(record, event))
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        let place = usize::from(self.shard);
        let figure = |name: String, recomputed: bool, recorded: bool| Figure {
            name,
            unit: "",
            recomputed: recomputed.into(),
            recorded: recorded.into(),
        };
        let is_same = self
            .recorded
            .shards
            .get(place)
            .is_some_and(|account| tne_figures::same(&self.totals, account));
        let mut figures = vec![figure(format!("shard {place}"), is_same, true)];
        figures.extend(self.recorded.days.iter().map(|(day, account)| {
            let is_in = account.shards & (1u16 << self.shard) != 0;
            let name = format!("shard {place} in day {day}");
            figure(name, self.parts.contains_key(day), is_in)
        }));
        Ok(figures)
    }
}

impl Shard {
    pub(super) fn new(shard: u8, recorded: Arc<Recorded>) -> Self {
        let mut totals: TneTotals = bytemuck::Zeroable::zeroed();
        totals.shard = shard;
        Self {
            shard,
            recorded,
            totals,
            parts: BTreeMap::new(),
            currencies: HashMap::new(),
            records: HashMap::new(),
        }
    }

    /// Counts an event that belongs to this shard; a transaction may name several.
    fn apply(
        &mut self,
        record: &TransactionRecord,
        event: &EmittedEvent,
    ) -> Result<(), AuditError> {
        let shard = self.shard;
        let is_own = |booking: &Pubkey| ::booking::state::Booking::shard(booking) == shard;
        if let Some(booked) = read::<ProductBooked>(event).filter(|e| is_own(&e.booking)) {
            self.currencies
                .insert(booked.booking, currency(booked.currency)?);
            self.totals.count_booking(booked.at).map_err(contradiction)
        } else if let Some(paid) = read::<BookingPaid>(event).filter(|e| is_own(&e.booking)) {
            transfers::into_escrow(record, &paid.booking, paid.amount)?;
            self.totals
                .count_payment(currency(paid.currency)?, paid.amount, paid.at)
                .map_err(contradiction)
        } else if let Some(refund) = read::<RefundPulled>(event).filter(|e| is_own(&e.booking)) {
            transfers::out_of_escrow(record, &refund.booking, &refund.destination, refund.amount)?;
            self.totals
                .count_refund(currency(refund.currency)?, refund.amount, refund.at)
                .map_err(contradiction)
        } else if let Some(worked) = read::<WorkRecorded>(event).filter(|e| is_own(&e.booking)) {
            self.worked(&worked)
        } else if let Some(priced) = read::<RecordPriced>(event).filter(|e| is_own(&e.booking)) {
            self.priced(&priced)
        } else if let Some(earned) = read::<LineEarned>(event).filter(|e| is_own(&e.booking)) {
            self.earned(record, &earned)
        } else if let Some(adjusted) =
            read::<TneAdjusted>(event).filter(|e| e.tne == addresses::booking::tne_totals(shard))
        {
            let counter = match adjusted.counter {
                0 => TneCounter::Estimated,
                1 => TneCounter::Settled,
                other => return Err(contradiction(format!("no counter {other}"))),
            };
            self.totals
                .adjust(counter, adjusted.amount_io, adjusted.at)
                .map_err(contradiction)
        } else if let Some(folded) = read::<TneDayFolded>(event) {
            self.folded(&folded)
        } else {
            Ok(())
        }
    }

    fn worked(&mut self, worked: &WorkRecorded) -> Result<(), AuditError> {
        let billed = worked
            .lines
            .iter()
            .try_fold(0u64, |sum, line| sum.checked_add(line.billed));
        if billed != Some(worked.billed) {
            return Err(contradiction("a record does not bill the sum of its lines"));
        }
        let expected = if worked.is_priced && worked.billed > 0 {
            io_value(currency(worked.currency)?, worked.billed, worked.price_p12)?
        } else {
            0
        };
        if worked.io_amount != expected {
            return Err(contradiction(
                "a record's IO amount is not that of its price",
            ));
        }
        self.records.insert(
            worked.record,
            Worth {
                billed: worked.billed,
                io_amount: worked.io_amount,
                earned: 0,
                is_priced: worked.is_priced,
            },
        );
        let totals = &mut self.totals;
        totals
            .count_minutes(worked.processor_minutes, worked.at)
            .and_then(|()| totals.count_estimated(worked.io_amount, worked.at))
            .map_err(contradiction)
    }

    fn priced(&mut self, priced: &RecordPriced) -> Result<(), AuditError> {
        let worth = self
            .records
            .get_mut(&priced.record)
            .ok_or_else(|| contradiction("a record was priced that was never accepted"))?;
        let expected = io_value(Currency::Usdc, worth.billed, priced.price_p12)?;
        if worth.is_priced || priced.io_amount != expected {
            return Err(contradiction(
                "a record was priced twice, or not at its price",
            ));
        }
        worth.is_priced = true;
        worth.io_amount = priced.io_amount;
        if priced.settled_io > worth.part(worth.earned)? {
            return Err(contradiction("more IO was settled than earned"));
        }
        let totals = &mut self.totals;
        totals
            .count_estimated(priced.io_amount, priced.at)
            .and_then(|()| totals.count_settled(priced.settled_io, priced.at))
            .map_err(contradiction)
    }

    fn earned(
        &mut self,
        record: &TransactionRecord,
        earned: &LineEarned,
    ) -> Result<(), AuditError> {
        let worth = self
            .records
            .get_mut(&earned.record)
            .ok_or_else(|| contradiction("a line was earned of a record never accepted"))?;
        worth.earned = worth
            .earned
            .checked_add(earned.amount)
            .filter(|sum| *sum <= worth.billed)
            .ok_or_else(|| contradiction("a record earned more than it billed"))?;
        if earned.io_amount != worth.part(earned.amount)? {
            return Err(contradiction("an earned IO amount is not its part"));
        }
        let net = earned
            .amount
            .checked_sub(earned.fee)
            .ok_or_else(|| contradiction("a fee is above the pay"))?;
        match earned.destination_kind {
            EarnDestination::Supplier | EarnDestination::FeeVault => {
                transfers::out_of_escrow(record, &earned.booking, &earned.destination, net)?;
            }
            EarnDestination::PayDue => {}
        }
        self.totals
            .count_earn(earned.io_amount, earned.at)
            .map_err(contradiction)
    }

    /// The first fold of a day that marks this shard is the one that took it.
    fn folded(&mut self, folded: &TneDayFolded) -> Result<(), AuditError> {
        let bit = 1u16 << self.shard;
        if folded.shards & bit == 0 || self.parts.contains_key(&folded.day) {
            return Ok(());
        }
        let part = self
            .totals
            .take_day(folded.day)
            .map_err(contradiction)?
            .unwrap_or_else(<TneRingDay as bytemuck::Zeroable>::zeroed);
        self.parts.insert(folded.day, part);
        Ok(())
    }
}
