//! The comparison of runs, one column of answers per run.

use super::{grouped, io, span, usd};
use crate::summary::Summary;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it says.
    pub label: &'static str,
    /// The value.
    pub value: String,
}

/// The answers of a run, the two questions first.
pub fn rows(summary: &Summary) -> Vec<Row> {
    let row = |label, value| Row { label, value };
    let held = if summary.is_income_held {
        format!("all {}", span(summary.days))
    } else {
        span(summary.income_held_days)
    };
    let falls = summary.supply_falls_from.map_or_else(
        || "never".to_owned(),
        |day| {
            format!(
                "from {} on, {} days",
                span(day),
                grouped(summary.falling_days.into())
            )
        },
    );
    let paid_bps = summary.paid_usd * 10_000 / summary.owed_usd.max(1);
    let change = i128::from(summary.last_supply_io) - i128::from(summary.first_supply_io);
    vec![
        row("supplier income held", held),
        row(
            "income per device 10 % down",
            summary.device_income_falls_from.map_or_else(
                || "never".to_owned(),
                |day| format!("from {} on", span(day)),
            ),
        ),
        row("supply falls", falls),
        row(
            "paid of what was owed",
            format!("{}.{:02} %", paid_bps / 100, paid_bps % 100),
        ),
        row(
            "worst day paid",
            format!(
                "{}.{:02} %",
                summary.worst_paid_bps / 100,
                summary.worst_paid_bps % 100
            ),
        ),
        row("owed in all, USD", usd(summary.owed_usd)),
        row("arrears at the end, USD", usd(summary.arrears_usd.into())),
        row("burned and retired, IO", io(summary.burned_io)),
        row("supply at the end, IO", io(summary.last_supply_io)),
        row(
            "change of supply, IO",
            format!(
                "{}{}",
                if change < 0 { "−" } else { "+" },
                io(u64::try_from(change.unsigned_abs()).unwrap_or(u64::MAX))
            ),
        ),
        row("queued for burning, USDC", usd(summary.queued_usdc.into())),
        row(
            "days Normal / Deficit / Critical",
            summary
                .status_days
                .map(|days| grouped(days.into()))
                .join(" / "),
        ),
        row(
            "least runway, days",
            grouped(summary.worst_runway_days.into()),
        ),
    ]
}
