//! Everything that is due and needs nobody's permission.

use std::collections::BTreeSet;

use anchor_spl::associated_token::get_associated_token_address;
use booking::state::{Booking, WorkRecord};
use ion_client::{addresses, instructions};
use ion_economics::{
    booking::{BookingStatus, Currency, LineStatus, RecordInput, RecordStatus, Stamp},
    params::{Program as Consumer, booking as booking_param},
    units::UnixSeconds,
};
use solana_pubkey::Pubkey;

use super::{
    VerifierError,
    attest::Bench,
    state::{Snapshot, Verifier},
};
use crate::chain_view::read;

const DAY: i64 = 86_400;

/// The mints of both currencies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mints {
    /// Mint of IO.
    pub io: Pubkey,
    /// Mint of USDC.
    pub usdc: Pubkey,
}

impl Mints {
    /// The mint of a currency.
    pub fn of(&self, currency: Currency) -> Pubkey {
        match currency {
            Currency::Usdc => self.usdc,
            Currency::Io => self.io,
        }
    }
}

/// Pay of a line for a final record.
struct Pay<'a> {
    record: &'a WorkRecord,
    line: u8,
    device: Pubkey,
    currency: Currency,
    /// Associated account of the payout wallet.
    to: Pubkey,
    is_revenue: bool,
    /// When the record became final.
    since: i64,
}

impl Verifier {
    /// One round over all bookings: endings, pay, fees, refunds, prices of records.
    pub async fn crank_bookings(&self, now: i64) -> Result<(), VerifierError> {
        let snapshot = self.snapshot();
        if snapshot.bookings.is_empty() {
            return Ok(());
        }
        let mints = self.mints().await?;
        for (address, booking) in &snapshot.bookings {
            let key = Pubkey::new_from_array(*address);
            let Some(currency) = Currency::from_u8(booking.currency) else {
                continue;
            };
            self.crank_ending(&key, booking, now).await?;
            self.crank_faulty_lines(&key, booking, now).await?;
            self.crank_fees(&key, booking, currency, &mints.of(currency), now)
                .await?;
        }
        self.crank_refunds(&snapshot, &mints).await?;
        for record in snapshot.records.values() {
            self.crank_price(record, now).await?;
        }
        self.crank_pay(&snapshot, &mints, now).await
    }

    async fn crank_ending(
        &self,
        key: &Pubkey,
        booking: &Booking,
        now: i64,
    ) -> Result<(), VerifierError> {
        let hired: Vec<Pubkey> = booking
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| line.device)
            .collect();
        let by = self.address();
        let subject = key.to_string();
        let period = u64::from(booking.status);
        let is_late = now > booking.deadline;
        match BookingStatus::from_u8(booking.status) {
            Some(BookingStatus::Running) if now >= booking.ends_at => {
                self.crank("end", &subject, period, || {
                    instructions::booking::end(&by, key, &hired)
                })
                .await
            }
            Some(BookingStatus::Closing) if is_late => {
                self.crank("end", &subject, period, || {
                    instructions::booking::end(&by, key, &hired)
                })
                .await
            }
            Some(BookingStatus::Booked | BookingStatus::PartiallyPaid) if is_late => {
                self.crank("expire", &subject, period, || {
                    instructions::booking::expire(&by, key, &hired)
                })
                .await
            }
            Some(BookingStatus::Funded) if is_late || booking.lock_failed => {
                self.crank("expire", &subject, period, || {
                    instructions::booking::expire(&by, key, &hired)
                })
                .await
            }
            Some(BookingStatus::Paid) if is_late => {
                let work = || instructions::booking::cancel_unstarted(&by, key, &hired);
                self.crank("cancel_unstarted", &subject, period, work).await
            }
            _ => Ok(()),
        }
    }

    /// Ends lines that nobody has replaced in time.
    async fn crank_faulty_lines(
        &self,
        key: &Pubkey,
        booking: &Booking,
        now: i64,
    ) -> Result<(), VerifierError> {
        if BookingStatus::from_u8(booking.status) != Some(BookingStatus::Running) {
            return Ok(());
        }
        for (number, line) in (0u8..).zip(&booking.lines) {
            let is_failing = LineStatus::from_u8(line.status) == Some(LineStatus::Failing);
            let is_over = booking
                .replace_until(line)
                .is_ok_and(|until| now > until.get());
            if !is_failing || !is_over {
                continue;
            }
            // The last line, the head line and any line of a gang take the booking with them.
            let others: Vec<Pubkey> = booking
                .lines
                .iter()
                .filter(|line| line.status == LineStatus::Hired as u8)
                .map(|line| line.device)
                .collect();
            let is_gang = booking.flags & ::booking::constants::FLAG_GANG != 0;
            let ends_booking = number == booking.head_line || is_gang || others.is_empty();
            let hired = if ends_booking { others } else { Vec::new() };
            let work = || instructions::booking::fail_line(&self.address(), key, number, &hired);
            let hour = u64::try_from(now.div_euclid(3_600)).unwrap_or_default();
            self.crank("fail_line", &format!("{key}/{number}"), hour, work)
                .await?;
        }
        Ok(())
    }

    async fn crank_fees(
        &self,
        key: &Pubkey,
        booking: &Booking,
        currency: Currency,
        mint: &Pubkey,
        now: i64,
    ) -> Result<(), VerifierError> {
        let is_due = match BookingStatus::from_u8(booking.status) {
            Some(BookingStatus::Settling) => booking.open_records == 0,
            Some(BookingStatus::Cancelled | BookingStatus::Expired) => true,
            _ => false,
        };
        let Some(day) = day_of(now).filter(|_| is_due) else {
            return Ok(());
        };
        if booking.fees_kept > booking.fees_deposited && !self.is_epoch_open(day).await? {
            return Ok(());
        }
        let work = || instructions::booking::settle(&self.address(), key, currency, mint, day);
        self.crank("settle", &key.to_string(), day, work).await
    }

    /// Refunds whose payer has an account.
    async fn crank_refunds(&self, snapshot: &Snapshot, mints: &Mints) -> Result<(), VerifierError> {
        let due = snapshot.bookings.iter().filter_map(|(address, booking)| {
            let mint = mints.of(Currency::from_u8(booking.currency)?);
            let to = get_associated_token_address(&booking.payer, &mint);
            (booking.refund_due > 0).then_some((
                Pubkey::new_from_array(*address),
                booking,
                mint,
                to,
            ))
        });
        let due: Vec<_> = due.collect();
        let existing = self.existing(due.iter().map(|(.., to)| *to)).await?;
        for (key, booking, mint, to) in due {
            if !existing.contains(&to) {
                continue;
            }
            let work = || instructions::booking::pull_refund(&self.address(), &key, &mint, &to);
            let subject = key.to_string();
            self.crank("pull_refund", &subject, booking.refunds_pulled, work)
                .await?;
        }
        Ok(())
    }

    async fn crank_price(&self, record: &WorkRecord, now: i64) -> Result<(), VerifierError> {
        let Some(price) = self.price_account().filter(|_| !record.is_priced) else {
            return Ok(());
        };
        let by = self.address();
        let work = || instructions::booking::price_record(&by, &record.booking, record.seq, &price);
        // A price that is too old today may be fresh in the next hour.
        let hour = u64::try_from(now.div_euclid(3_600)).unwrap_or_default();
        let subject = format!("{}/{}", record.booking, record.seq);
        self.crank("price_record", &subject, hour, work).await
    }

    /// Pay of all final records that can be moved: all of a booking of mode `Ide` is revenue, other
    /// pay goes to an account that exists, or into the line's balance when there was none for too
    /// long.
    async fn crank_pay(
        &self,
        snapshot: &Snapshot,
        mints: &Mints,
        now: i64,
    ) -> Result<(), VerifierError> {
        let mut due = due_pay(snapshot, mints, now);
        let Some(day) = day_of(now).filter(|_| !due.is_empty()) else {
            return Ok(());
        };
        let needed = due.iter().filter(|pay| !pay.is_revenue);
        let existing = self.existing(needed.map(|pay| pay.to)).await?;
        let has_place = |pay: &Pay| pay.is_revenue || existing.contains(&pay.to);
        if !due.iter().all(has_place) {
            let params = read(&self.ledger, |ledger| ledger.params(Consumer::Booking)).await?;
            let wait = params.value(&booking_param::PAY_DUE_AFTER, now);
            due.retain(|pay| has_place(pay) || now > pay.since.saturating_add(wait));
        }
        if due.is_empty() || !self.is_epoch_open(day).await? {
            return Ok(());
        }
        let by = self.address();
        for pay in due {
            let (booking, seq) = (&pay.record.booking, pay.record.seq);
            let work = || {
                instructions::booking::earn(
                    &by,
                    booking,
                    seq,
                    pay.line,
                    &pay.device,
                    pay.currency,
                    &mints.of(pay.currency),
                    &pay.to,
                    day,
                )
            };
            self.crank("earn", &format!("{booking}/{seq}/{}", pay.line), day, work)
                .await?;
        }
        Ok(())
    }

    /// Moves counts of past days into their permanent accounts: a ring slot that is not folded would
    /// stop all bookings of its shard 32 days later. Reads the shards once per day, and again while
    /// something is left.
    pub async fn fold_days(&self, bench: &mut Bench, now: i64) -> Result<(), VerifierError> {
        let Some(today) = day_of(now).filter(|today| bench.folded_on != Some(*today)) else {
            return Ok(());
        };
        let unfolded = read(&self.ledger, |ledger| ledger.unfolded_days()).await?;
        let mut past = unfolded.range(..today).peekable();
        if past.peek().is_none() {
            bench.folded_on = Some(today);
        }
        for (day, shards) in past {
            let by = self.address();
            if self.exists(addresses::booking::tne_day(*day)).await? {
                let mask = shards
                    .iter()
                    .fold(0u16, |mask, shard| mask | 1 << (shard & 15));
                let work = || instructions::booking::fold_tne_day(&by, *day, shards);
                self.crank("fold_tne_day", &format!("{mask:04x}"), *day, work)
                    .await?;
            } else {
                let work = || instructions::booking::open_tne_day(&by, *day);
                self.crank("open_tne_day", "tne", *day, work).await?;
            }
        }
        Ok(())
    }

    /// Whether the epoch of a day is open; asks for it otherwise.
    pub(super) async fn is_epoch_open(&self, day: u64) -> Result<bool, VerifierError> {
        if self.exists(addresses::ide::epoch(day)).await? {
            return Ok(true);
        }
        self.crank("open_epoch", "ide", day, || {
            instructions::ide::open_epoch(&self.address(), day)
        })
        .await?;
        Ok(false)
    }

    pub(super) async fn exists(&self, address: Pubkey) -> Result<bool, VerifierError> {
        let existing = self.existing([address]).await?;
        Ok(existing.contains(&address))
    }

    /// Those of some addresses at which there is an account, in one reading.
    async fn existing(
        &self,
        addresses: impl IntoIterator<Item = Pubkey>,
    ) -> Result<BTreeSet<Pubkey>, VerifierError> {
        let addresses: BTreeSet<Pubkey> = addresses.into_iter().collect();
        if addresses.is_empty() {
            return Ok(addresses);
        }
        let keys: Vec<Pubkey> = addresses.into_iter().collect();
        Ok(read(&self.ledger, move |ledger| {
            let found = ledger.exist(&keys)?;
            let there = keys
                .into_iter()
                .zip(found)
                .filter(|(_, is_there)| *is_there);
            Ok(there.map(|(key, _)| key).collect())
        })
        .await?)
    }

    /// The mints of both currencies.
    pub(super) async fn mints(&self) -> Result<Mints, VerifierError> {
        let (io, usdc) = read(&self.ledger, |ledger| ledger.mints()).await?;
        Ok(Mints { io, usdc })
    }
}

/// Pay of the lines of final records that is not moved yet.
fn due_pay<'a>(snapshot: &'a Snapshot, mints: &Mints, now: i64) -> Vec<Pay<'a>> {
    let mut due = Vec::new();
    for record in snapshot.records.values() {
        let over = RecordInput::PeriodOver {
            now: UnixSeconds::new(now),
            challenge_until: UnixSeconds::new(record.challenge_until),
            ruling_until: UnixSeconds::new(record.ruling_until),
        };
        let is_final = RecordStatus::from_u8(record.status)
            .is_some_and(|status| status.transition(over).is_ok());
        let (Some(booking), Some(currency)) = (
            snapshot.bookings.get(&record.booking.to_bytes()),
            Currency::from_u8(record.currency).filter(|_| is_final),
        ) else {
            continue;
        };
        let lines = (0u8..).zip(&booking.lines).zip(&record.lines);
        for ((number, line), _) in lines.filter(|((number, _), _)| !record.is_earned(*number)) {
            let Some(device) = snapshot.devices.get(&line.device.to_bytes()) else {
                continue;
            };
            due.push(Pay {
                record,
                line: number,
                device: line.device,
                currency,
                to: get_associated_token_address(&device.payout_wallet, &mints.of(currency)),
                is_revenue: booking.stamp == Stamp::Ide as u8,
                since: record.challenge_until.max(record.ruling_until),
            });
        }
    }
    due
}

fn day_of(now: i64) -> Option<u64> {
    u64::try_from(now.div_euclid(DAY)).ok()
}
