//! Rebuilt totals beside those of the accounts.

use std::collections::BTreeMap;

use ::booking::state::{TneDay, TneRingDay, TneTotals};

use super::{DayRange, Figure, tne::TneReplay};

/// A counter of a day.
struct Counter<T> {
    name: &'static str,
    unit: &'static str,
    of: fn(&T) -> u64,
}

const fn counter<T>(name: &'static str, unit: &'static str, of: fn(&T) -> u64) -> Counter<T> {
    Counter { name, unit, of }
}

/// The part of a signed correction that raises, and the part that lowers.
fn raising(amount: i64) -> u64 {
    u64::try_from(amount).unwrap_or_default()
}

fn lowering(amount: i64) -> u64 {
    if amount < 0 { amount.unsigned_abs() } else { 0 }
}

/// Counters of a ring day.
const RING: [Counter<TneRingDay>; 14] = [
    counter("tne_estimated", "IO", |day| day.estimated_io),
    counter("tne_settled", "IO", |day| day.settled_io),
    counter("corrections up, estimated", "IO", |day| {
        raising(day.adjusted_estimated_io)
    }),
    counter("corrections down, estimated", "IO", |day| {
        lowering(day.adjusted_estimated_io)
    }),
    counter("corrections up, settled", "IO", |day| {
        raising(day.adjusted_settled_io)
    }),
    counter("corrections down, settled", "IO", |day| {
        lowering(day.adjusted_settled_io)
    }),
    counter("CPU minutes", "minutes", |day| day.cpu_minutes),
    counter("GPU minutes", "minutes", |day| day.gpu_minutes),
    counter("bookings", "count", |day| day.bookings),
    counter("paid", "USDC", |day| day.paid_usdc),
    counter("paid", "IO", |day| day.paid_io),
    counter("refunded", "USDC", |day| day.refunded_usdc),
    counter("refunded", "IO", |day| day.refunded_io),
    counter("lines earned", "count", |day| day.earn_count),
];

/// A folded day in the form of a ring day, so that both are compared by the same list.
fn as_ring(day: &TneDay) -> TneRingDay {
    TneRingDay {
        day: day.day,
        estimated_io: day.estimated_io,
        settled_io: day.settled_io,
        adjusted_estimated_io: day.adjusted_estimated_io,
        adjusted_settled_io: day.adjusted_settled_io,
        cpu_minutes: day.cpu_minutes,
        gpu_minutes: day.gpu_minutes,
        bookings: day.bookings,
        paid_usdc: day.paid_usdc,
        paid_io: day.paid_io,
        refunded_usdc: day.refunded_usdc,
        refunded_io: day.refunded_io,
        earn_count: day.earn_count,
        is_folded: 1,
        has_later_days: u32::from(day.shards_with_later_days != 0),
    }
}

/// All figures: the totals of all shards, the ring and the folded days in the range, and how many shards
/// and slots differ in any field.
pub(super) fn compare(
    replay: &TneReplay,
    shards: &[TneTotals],
    days: &BTreeMap<u64, TneDay>,
    range: DayRange,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    let sum = |side: &[TneTotals], of: fn(&TneTotals) -> u64| {
        side.iter()
            .fold(0u64, |sum, totals| sum.saturating_add(of(totals)))
    };
    let totals: [Counter<TneTotals>; 6] = [
        counter("tne_estimated, all days", "IO", |t| t.estimated_io),
        counter("tne_settled, all days", "IO", |t| t.settled_io),
        counter("corrections up, estimated, all days", "IO", |t| {
            raising(t.adjusted_estimated_io)
        }),
        counter("corrections down, estimated, all days", "IO", |t| {
            lowering(t.adjusted_estimated_io)
        }),
        counter("corrections up, settled, all days", "IO", |t| {
            raising(t.adjusted_settled_io)
        }),
        counter("corrections down, settled, all days", "IO", |t| {
            lowering(t.adjusted_settled_io)
        }),
    ];
    for Counter { name, unit, of } in totals {
        figures.push(Figure {
            name: name.to_owned(),
            unit,
            recomputed: sum(&replay.shards, of),
            recorded: sum(shards, of),
        });
    }
    figures.push(Figure {
        name: "shards whose totals or ring differ".to_owned(),
        unit: "count",
        recomputed: 0,
        recorded: replay
            .shards
            .iter()
            .zip(shards)
            .filter(|(rebuilt, account)| !same(rebuilt, account))
            .count() as u64,
    });
    let is_wanted = |day: u64| day != 0 && (range.from..=range.to).contains(&day);
    let mut slots: BTreeMap<u64, (Vec<TneRingDay>, Vec<TneRingDay>)> = BTreeMap::new();
    for (at, side) in [&replay.shards[..], shards].into_iter().enumerate() {
        for slot in side.iter().flat_map(|totals| totals.days.iter()) {
            if is_wanted(slot.day) {
                let entry = slots.entry(slot.day).or_default();
                if at == 0 {
                    entry.0.push(*slot);
                } else {
                    entry.1.push(*slot);
                }
            }
        }
    }
    for (day, (rebuilt, account)) in &slots {
        push_day(&mut figures, &format!("day {day}, ring"), rebuilt, account);
    }
    for (day, account) in days {
        if let Some(rebuilt) = replay.days.get(day) {
            push_day(
                &mut figures,
                &format!("day {day}, folded"),
                &[as_ring(rebuilt)],
                &[as_ring(account)],
            );
            figures.push(Figure {
                name: format!("day {day}, folded: shards"),
                unit: "count",
                recomputed: u64::from(rebuilt.shards.count_ones()),
                recorded: u64::from(account.shards.count_ones()),
            });
        }
    }
    figures
}

/// Everything but the fields that no event feeds.
pub(super) fn same(rebuilt: &TneTotals, account: &TneTotals) -> bool {
    rebuilt.shard == account.shard
        && rebuilt.estimated_io == account.estimated_io
        && rebuilt.settled_io == account.settled_io
        && rebuilt.adjusted_estimated_io == account.adjusted_estimated_io
        && rebuilt.adjusted_settled_io == account.adjusted_settled_io
        && rebuilt.days == account.days
}

/// Counters of a day that are not zero on both sides.
fn push_day(
    figures: &mut Vec<Figure>,
    label: &str,
    rebuilt: &[TneRingDay],
    account: &[TneRingDay],
) {
    for Counter { name, unit, of } in RING {
        let sum = |side: &[TneRingDay]| {
            side.iter()
                .fold(0u64, |sum, day| sum.saturating_add(of(day)))
        };
        let (recomputed, recorded) = (sum(rebuilt), sum(account));
        if recomputed != 0 || recorded != 0 {
            figures.push(Figure {
                name: format!("{label}: {name}"),
                unit,
                recomputed,
                recorded,
            });
        }
    }
}
