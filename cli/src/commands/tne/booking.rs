//! `ion tne show --booking`: the public record of a booking, from its events alone.

use booking::events::{
    BookingCancelled, BookingEnded, BookingExtended, BookingPaid, BookingStarted, LineEarned,
    ProductBooked, RecordChallenged, RecordPriced, RecordRuled, RefundPulled, WorkRecorded,
};
use ion_client::{
    events::{EmittedEvent, events_of},
    history::History,
};
use solana_pubkey::Pubkey;

use crate::{
    amount::{Amount, Unit},
    commands::booking::show::{address, unit},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
    time::show_time,
};

/// Sums over the events of a booking.
#[derive(Default)]
struct Totals {
    currency: u8,
    processors: u64,
    hired_minutes: u64,
    cost: u64,
    paid: u64,
    served_minutes: u64,
    billed: u64,
    estimated_io: u64,
    settled: u64,
    settled_io: u64,
    refunded: u64,
    cut: u64,
}

/// The record of one booking, closed ones included.
///
/// Errors: usage, rpc, program when no event names it or one is unknown.
pub fn record(ctx: &Context, text: &str) -> Outcome<Record> {
    let key = address(text)?;
    let mut totals = Totals::default();
    let mut rows = Vec::new();
    for transaction in ctx.chain.transactions(&key)? {
        for event in events_of(&transaction)
            .iter()
            .filter(|event| event.program == booking::ID)
        {
            let Some((name, fields)) = event.describe() else {
                return Err(Failure::chain(
                    "the record cannot be read",
                    format!("{} holds an unknown event", event.signature),
                )
                .next("use the newest version of this command"));
            };
            // A transaction may carry events of other bookings.
            if fields["booking"] != key.to_string() {
                continue;
            }
            totals.add(event);
            rows.push(
                Record::new()
                    .with(
                        "at",
                        fields["at"]
                            .as_i64()
                            .or(transaction.block_time)
                            .map_or(Cell::Nothing, Cell::Time),
                    )
                    .with("event", name)
                    .with("summary", summary(event))
                    .with("transaction", event.signature.to_string()),
            );
        }
    }
    if rows.is_empty() {
        return Err(
            Failure::chain("the booking has no record", format!("no event names {key}"))
                .next("check the id, and that the node keeps the history"),
        );
    }
    Ok(totals.record(&key).with("events", rows))
}

fn read<T: anchor_lang::AnchorDeserialize + anchor_lang::Discriminator>(
    event: &EmittedEvent,
) -> Option<T> {
    event.decode(&booking::ID)
}

impl Totals {
    fn add(&mut self, event: &EmittedEvent) {
        // Sums of chain amounts stay below the supply; saturation would show as an absurd number.
        if let Some(booked) = read::<ProductBooked>(event) {
            self.currency = booked.currency;
            self.cost = booked.total;
            self.processors = booked.lines.iter().map(|line| u64::from(line.qty)).sum();
            self.hired_minutes = self.processors.saturating_mul(u64::from(booked.minutes));
        } else if let Some(extended) = read::<BookingExtended>(event) {
            self.cost = extended.total.new;
            let processors: u64 = extended.lines.iter().map(|line| u64::from(line.qty)).sum();
            self.hired_minutes = self
                .hired_minutes
                .saturating_add(processors.saturating_mul(u64::from(extended.minutes)));
        } else if let Some(paid) = read::<BookingPaid>(event) {
            self.paid = self.paid.saturating_add(paid.amount);
        } else if let Some(worked) = read::<WorkRecorded>(event) {
            self.billed = self.billed.saturating_add(worked.billed);
            self.estimated_io = self.estimated_io.saturating_add(worked.io_amount);
            self.served_minutes = self.served_minutes.saturating_add(worked.processor_minutes);
        } else if let Some(earned) = read::<LineEarned>(event) {
            self.settled = self.settled.saturating_add(earned.amount);
            self.settled_io = self.settled_io.saturating_add(earned.io_amount);
        } else if let Some(priced) = read::<RecordPriced>(event) {
            self.estimated_io = self.estimated_io.saturating_add(priced.io_amount);
            self.settled_io = self.settled_io.saturating_add(priced.settled_io);
        } else if let Some(ruled) = read::<RecordRuled>(event) {
            self.cut = self.cut.saturating_add(ruled.cut);
        } else if let Some(refund) = read::<RefundPulled>(event) {
            self.refunded = self.refunded.saturating_add(refund.amount);
        }
    }

    fn record(&self, key: &Pubkey) -> Record {
        let unit = unit(self.currency);
        let amount = |base| Amount { base, unit };
        Record::new()
            .with("booking", *key)
            .with("currency", unit.symbol())
            .with("cost", amount(self.cost))
            .with("paid", amount(self.paid))
            .with("hired_processor_minutes", self.hired_minutes)
            .with("served_processor_minutes", self.served_minutes)
            .with("cut", amount(self.cut))
            .with("billed", amount(self.billed))
            .with("settled", amount(self.settled))
            .with("refunded", amount(self.refunded))
            .with(
                "tne_estimated",
                Amount {
                    base: self.estimated_io,
                    unit: Unit::Io,
                },
            )
            .with(
                "tne_settled",
                Amount {
                    base: self.settled_io,
                    unit: Unit::Io,
                },
            )
    }
}

fn summary(event: &EmittedEvent) -> String {
    let amount = |base, currency| Amount {
        base,
        unit: unit(currency),
    };
    if let Some(booked) = read::<ProductBooked>(event) {
        format!(
            "{} line(s) for {} min at {}",
            booked.lines.len(),
            booked.minutes,
            amount(booked.total, booked.currency)
        )
    } else if let Some(paid) = read::<BookingPaid>(event) {
        format!("{}", amount(paid.amount, paid.currency))
    } else if let Some(worked) = read::<WorkRecorded>(event) {
        format!(
            "record {}: {} = {}",
            worked.record_seq,
            amount(worked.billed, worked.currency),
            Amount::io(worked.io_amount)
        )
    } else if let Some(earned) = read::<LineEarned>(event) {
        format!(
            "line {}: {} less fee {}",
            earned.line,
            amount(earned.amount, earned.currency),
            amount(earned.fee, earned.currency)
        )
    } else if let Some(refund) = read::<RefundPulled>(event) {
        format!("{}", amount(refund.amount, refund.currency))
    } else if let Some(extended) = read::<BookingExtended>(event) {
        format!(
            "{} min more at {}",
            extended.minutes,
            amount(extended.amount, extended.currency)
        )
    } else if let Some(challenged) = read::<RecordChallenged>(event) {
        format!(
            "record {}: ruling until {}",
            challenged.record_seq,
            show_time(challenged.ruling_until)
        )
    } else if let Some(ruled) = read::<RecordRuled>(event) {
        format!("record {}: {} base units cut", ruled.record_seq, ruled.cut)
    } else if let Some(started) = read::<BookingStarted>(event) {
        format!("ends {}", show_time(started.ends_at))
    } else if let Some(ended) = read::<BookingEnded>(event) {
        format!("ended {}", show_time(ended.ends_at.new))
    } else if let Some(cancelled) = read::<BookingCancelled>(event) {
        format!("{:?}", cancelled.reason)
    } else {
        String::new()
    }
}
