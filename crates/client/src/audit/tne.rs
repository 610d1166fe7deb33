//! The totals of the public record, rebuilt from the transactions of the shards alone.

use std::collections::{BTreeMap, HashMap};

use ::booking::{
    ID,
    constants::TNE_SHARDS,
    events::{
        BookingPaid, EarnDestination, LineEarned, ProductBooked, RecordPriced, RefundPulled,
        TneAdjusted, TneDayFolded, WorkRecorded,
    },
    state::{TneDay, TneRingDay, TneTotals},
};
use ion_economics::{booking::Currency, math, price::usd_to_io_floor, units::UsdMicros};
use registry::state::TneCounter;
use solana_pubkey::Pubkey;

use super::{AuditError, Figure, contradiction, replay::read, tne_figures, transfers};
use crate::{
    accounts, addresses,
    events::{EmittedEvent, events_of},
    history::{History, TransactionRecord},
    send::Chain,
};

/// What a record is worth and how much of it was earned.
#[derive(Default)]
struct Worth {
    billed: u64,
    io_amount: u64,
    earned: u64,
    is_priced: bool,
}

/// Totals of every shard and the days folded out of them.
pub(super) struct TneReplay {
    pub(super) shards: Vec<TneTotals>,
    pub(super) days: BTreeMap<u64, TneDay>,
    currencies: HashMap<Pubkey, Currency>,
    records: HashMap<Pubkey, Worth>,
}

/// Days of an audit, by UTC day index, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange {
    /// First day.
    pub from: u64,
    /// Last day.
    pub to: u64,
}

/// Rebuilds the totals of all shards, of their ring and of the folded days in the range from the
/// transactions that name a shard, checks each token movement an event speaks of, and compares with the
/// accounts to the unit.
///
/// Errors: `Account`, `UnknownEvent`, `Contradiction` when events and transfers do not fit together.
pub fn audit_tne<C: Chain + History>(
    chain: &C,
    range: DayRange,
) -> Result<Vec<Figure>, AuditError> {
    let mut replay = TneReplay::new();
    for shard in 0..TNE_SHARDS {
        for record in chain.transactions(&addresses::booking::tne_totals(shard))? {
            for event in events_of(&record) {
                if event.describe().is_none() {
                    return Err(AuditError::UnknownEvent(record.signature));
                }
                replay.fold(shard, &record, &event)?;
            }
        }
    }
    let mut shards = Vec::with_capacity(usize::from(TNE_SHARDS));
    for shard in 0..TNE_SHARDS {
        shards.push(tne_totals(chain, shard)?);
    }
    let mut days = BTreeMap::new();
    for day in replay
        .days
        .range(range.from..=range.to)
        .map(|(day, _)| *day)
    {
        let account: TneDay = accounts::fetch(chain, &addresses::booking::tne_day(day))?;
        days.insert(day, account);
    }
    Ok(tne_figures::compare(&replay, &shards, &days, range))
}

/// One shard of the totals.
///
/// Errors: `Account` when it is missing or of another type.
pub fn tne_totals<C: Chain>(chain: &C, shard: u8) -> Result<TneTotals, AuditError> {
    let key = addresses::booking::tne_totals(shard);
    let account = chain
        .accounts(&[key])?
        .into_iter()
        .next()
        .flatten()
        .ok_or(accounts::AccountError::Missing(key))?;
    if account.owner != ID {
        return Err(accounts::AccountError::WrongOwner {
            key,
            owner: account.owner,
        }
        .into());
    }
    let undecodable = |reason: &str| accounts::AccountError::Undecodable {
        key,
        reason: reason.to_owned(),
    };
    if !accounts::is_a::<TneTotals>(&account) {
        return Err(undecodable("not a shard of the totals").into());
    }
    account
        .data
        .get(8..TneTotals::SPACE)
        .map(bytemuck::pod_read_unaligned)
        .ok_or_else(|| undecodable("too short").into())
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

impl TneReplay {
    fn new() -> Self {
        let empty = |shard| {
            let mut totals: TneTotals = bytemuck::Zeroable::zeroed();
            totals.shard = shard;
            totals
        };
        Self {
            shards: (0..TNE_SHARDS).map(empty).collect(),
            days: BTreeMap::new(),
            currencies: HashMap::new(),
            records: HashMap::new(),
        }
    }

    fn shard(&mut self, shard: u8) -> Result<&mut TneTotals, AuditError> {
        self.shards
            .get_mut(usize::from(shard))
            .ok_or_else(|| contradiction("no such shard"))
    }

    /// Counts an event that belongs to this shard; a transaction may name several.
    fn fold(
        &mut self,
        shard: u8,
        record: &TransactionRecord,
        event: &EmittedEvent,
    ) -> Result<(), AuditError> {
        let is_own = |booking: &Pubkey| ::booking::state::Booking::shard(booking) == shard;
        if let Some(booked) = read::<ProductBooked>(event).filter(|e| is_own(&e.booking)) {
            self.currencies
                .insert(booked.booking, currency(booked.currency)?);
            self.shard(shard)?
                .count_booking(booked.at)
                .map_err(contradiction)
        } else if let Some(paid) = read::<BookingPaid>(event).filter(|e| is_own(&e.booking)) {
            transfers::into_escrow(record, &paid.booking, paid.amount)?;
            self.shard(shard)?
                .count_payment(currency(paid.currency)?, paid.amount, paid.at)
                .map_err(contradiction)
        } else if let Some(refund) = read::<RefundPulled>(event).filter(|e| is_own(&e.booking)) {
            transfers::out_of_escrow(record, &refund.booking, &refund.destination, refund.amount)?;
            self.shard(shard)?
                .count_refund(currency(refund.currency)?, refund.amount, refund.at)
                .map_err(contradiction)
        } else if let Some(worked) = read::<WorkRecorded>(event).filter(|e| is_own(&e.booking)) {
            self.worked(shard, &worked)
        } else if let Some(priced) = read::<RecordPriced>(event).filter(|e| is_own(&e.booking)) {
            self.priced(shard, &priced)
        } else if let Some(earned) = read::<LineEarned>(event).filter(|e| is_own(&e.booking)) {
            self.earned(shard, record, &earned)
        } else if let Some(adjusted) =
            read::<TneAdjusted>(event).filter(|e| e.tne == addresses::booking::tne_totals(shard))
        {
            let counter = match adjusted.counter {
                0 => TneCounter::Estimated,
                1 => TneCounter::Settled,
                other => return Err(contradiction(format!("no counter {other}"))),
            };
            self.shard(shard)?
                .adjust(counter, adjusted.amount_io, adjusted.at)
                .map_err(contradiction)
        } else if let Some(folded) = read::<TneDayFolded>(event) {
            self.folded(shard, &folded)
        } else {
            Ok(())
        }
    }

    fn worked(&mut self, shard: u8, worked: &WorkRecorded) -> Result<(), AuditError> {
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
        let totals = self.shard(shard)?;
        totals
            .count_minutes(worked.processor_minutes, worked.at)
            .and_then(|()| totals.count_estimated(worked.io_amount, worked.at))
            .map_err(contradiction)
    }

    fn priced(&mut self, shard: u8, priced: &RecordPriced) -> Result<(), AuditError> {
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
        let totals = self.shard(shard)?;
        totals
            .count_estimated(priced.io_amount, priced.at)
            .and_then(|()| totals.count_settled(priced.settled_io, priced.at))
            .map_err(contradiction)
    }

    fn earned(
        &mut self,
        shard: u8,
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
        self.shard(shard)?
            .count_earn(earned.io_amount, earned.at)
            .map_err(contradiction)
    }

    /// The first fold of a day that marks this shard is the one that took it.
    fn folded(&mut self, shard: u8, folded: &TneDayFolded) -> Result<(), AuditError> {
        let bit = 1u16 << shard;
        let is_in = self
            .days
            .get(&folded.day)
            .is_some_and(|day| day.shards & bit != 0);
        if folded.shards & bit == 0 || is_in {
            return Ok(());
        }
        let part = self
            .shard(shard)?
            .take_day(folded.day)
            .map_err(contradiction)?
            .unwrap_or_else(<TneRingDay as bytemuck::Zeroable>::zeroed);
        self.days
            .entry(folded.day)
            .or_insert_with(|| TneDay::empty(0, folded.day))
            .add_shard(shard, &part)
            .map_err(contradiction)
    }
}
