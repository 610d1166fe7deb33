//! `ion tne show --day` and `--total`: the network's counters from the accounts.

use ::booking::{
    constants::TNE_SHARDS,
    state::{TneDay, TneRingDay, TneTotals},
};
use ion_client::{accounts, addresses, audit};
use ion_economics::units::DAY;

use crate::{
    amount::{Amount, Unit},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// All shards.
///
/// Errors: rpc.
fn shards(ctx: &Context) -> Outcome<Vec<TneTotals>> {
    (0..TNE_SHARDS)
        .map(|shard| Ok(audit::tne_totals(&ctx.chain, shard)?))
        .collect()
}

/// A signed amount of IO; text shows the sign, base units stay exact.
fn signed(amount: i128) -> String {
    let magnitude = u64::try_from(amount.unsigned_abs()).unwrap_or(u64::MAX);
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}", Amount::io(magnitude))
}

/// The permanent record of a day, or what the shards hold of one that is not folded yet.
///
/// Errors: rpc, program when no shard holds the day.
pub fn day(ctx: &Context, day: u64) -> Outcome<Record> {
    let folded: Option<TneDay> = accounts::find(&ctx.chain, &addresses::booking::tne_day(day))?;
    let mut parts: Vec<TneRingDay> = Vec::new();
    for totals in shards(ctx)? {
        let is_in = folded
            .as_ref()
            .is_some_and(|account| account.shards & (1 << totals.shard) != 0);
        parts.extend(
            totals
                .days
                .iter()
                .filter(|slot| slot.day == day && !is_in)
                .copied(),
        );
    }
    if folded.is_none() && parts.is_empty() {
        return Err(Failure::chain(
            "nothing was recorded on that day",
            format!("no shard holds day {day}"),
        ));
    }
    let of = |ring: fn(&TneRingDay) -> u64, permanent: fn(&TneDay) -> u64| {
        parts
            .iter()
            .map(ring)
            .chain(folded.iter().map(permanent))
            .fold(0u64, u64::saturating_add)
    };
    let adjusted = |ring: fn(&TneRingDay) -> i64, permanent: fn(&TneDay) -> i64| {
        parts
            .iter()
            .map(ring)
            .chain(folded.iter().map(permanent))
            .map(i128::from)
            .sum::<i128>()
    };
    let amount = |base, unit| Amount { base, unit };
    let start = i64::try_from(day).unwrap_or_default().saturating_mul(DAY);
    Ok(Record::new()
        .with("day", day)
        .with("begins", Cell::Time(start))
        .with(
            "folded_shards",
            folded
                .as_ref()
                .map_or(0, |account| u64::from(account.shards.count_ones())),
        )
        .with(
            "holds_later_days",
            folded
                .as_ref()
                .is_some_and(|account| account.shards_with_later_days != 0)
                || parts.iter().any(|part| part.has_later_days == 1),
        )
        .with(
            "tne_estimated",
            Amount::io(of(|d| d.estimated_io, |d| d.estimated_io)),
        )
        .with(
            "tne_settled",
            Amount::io(of(|d| d.settled_io, |d| d.settled_io)),
        )
        .with(
            "corrections_estimated",
            signed(adjusted(
                |d| d.adjusted_estimated_io,
                |d| d.adjusted_estimated_io,
            )),
        )
        .with(
            "corrections_settled",
            signed(adjusted(
                |d| d.adjusted_settled_io,
                |d| d.adjusted_settled_io,
            )),
        )
        .with("cpu_minutes", of(|d| d.cpu_minutes, |d| d.cpu_minutes))
        .with("gpu_minutes", of(|d| d.gpu_minutes, |d| d.gpu_minutes))
        .with("bookings", of(|d| d.bookings, |d| d.bookings))
        .with(
            "paid_usdc",
            amount(of(|d| d.paid_usdc, |d| d.paid_usdc), Unit::Usdc),
        )
        .with(
            "paid_io",
            amount(of(|d| d.paid_io, |d| d.paid_io), Unit::Io),
        )
        .with(
            "refunded_usdc",
            amount(of(|d| d.refunded_usdc, |d| d.refunded_usdc), Unit::Usdc),
        )
        .with(
            "refunded_io",
            amount(of(|d| d.refunded_io, |d| d.refunded_io), Unit::Io),
        )
        .with("lines_earned", of(|d| d.earn_count, |d| d.earn_count)))
}

/// The counters since the beginning, with the days that the ring still holds.
///
/// Errors: rpc.
pub fn total(ctx: &Context) -> Outcome<Record> {
    let shards = shards(ctx)?;
    let sum = |of: fn(&TneTotals) -> u64| shards.iter().map(of).fold(0u64, u64::saturating_add);
    let adjusted =
        |of: fn(&TneTotals) -> i64| shards.iter().map(|t| i128::from(of(t))).sum::<i128>();
    let mut days: Vec<u64> = shards
        .iter()
        .flat_map(|totals| totals.days.iter())
        .filter(|slot| slot.day != 0)
        .map(|slot| slot.day)
        .collect();
    days.sort_unstable();
    days.dedup();
    let rows: Vec<Record> = days
        .into_iter()
        .map(|day| {
            let slots = || {
                shards
                    .iter()
                    .flat_map(|totals| totals.days.iter())
                    .filter(move |slot| slot.day == day)
            };
            let sum = |of: fn(&TneRingDay) -> u64| slots().map(of).fold(0u64, u64::saturating_add);
            Record::new()
                .with("day", day)
                .with("tne_estimated", Amount::io(sum(|slot| slot.estimated_io)))
                .with("tne_settled", Amount::io(sum(|slot| slot.settled_io)))
                .with("gpu_minutes", sum(|slot| slot.gpu_minutes))
                .with("bookings", sum(|slot| slot.bookings))
                .with("lines_earned", sum(|slot| slot.earn_count))
        })
        .collect();
    Ok(Record::new()
        .with("tne_estimated", Amount::io(sum(|t| t.estimated_io)))
        .with("tne_settled", Amount::io(sum(|t| t.settled_io)))
        .with(
            "corrections_estimated",
            signed(adjusted(|t| t.adjusted_estimated_io)),
        )
        .with(
            "corrections_settled",
            signed(adjusted(|t| t.adjusted_settled_io)),
        )
        .with("corrections", sum(|t| t.adjustments))
        .with("days", rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_keep_their_sign() {
        assert_eq!(signed(-150_000_000), "-1.5 IO");
        assert_eq!(signed(150_000_000), "1.5 IO");
        assert_eq!(signed(0), "0 IO");
    }
}
