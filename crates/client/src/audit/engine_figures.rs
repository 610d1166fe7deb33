//! A recomputed day of the engine beside its account.

use ide::state::Epoch;
use ion_economics::ide::EpochOutput;

use super::Figure;

/// A sealed day as recomputed, with what all days up to it paid, beside its account.
pub(super) fn compare(
    output: &EpochOutput,
    epoch: &Epoch,
    cumulative_io: u64,
    cumulative_usdc: u64,
) -> Vec<Figure> {
    let paid = |payment: &ide::state::Payment| {
        (
            payment.paid_usd_micros,
            payment.reward_io.saturating_add(payment.fee_io),
            payment.usdc,
        )
    };
    let (today, arrears) = (paid(&epoch.paid_obligation), paid(&epoch.paid_arrears));
    let io = |payment: &ion_economics::ide::Payment| payment.io().unwrap_or(u64::MAX);
    let rows = [
        (
            "revenue",
            "USD",
            output.revenue_usd_micros,
            epoch.revenue_usd_micros,
        ),
        (
            "paid for the day",
            "USD",
            output.paid_obligation.usd_micros,
            today.0,
        ),
        (
            "paid for the day",
            "IO",
            io(&output.paid_obligation),
            today.1,
        ),
        (
            "paid for the day",
            "USDC",
            output.paid_obligation.usdc,
            today.2,
        ),
        (
            "paid for arrears",
            "USD",
            output.paid_arrears.usd_micros,
            arrears.0,
        ),
        (
            "paid for arrears",
            "IO",
            io(&output.paid_arrears),
            arrears.1,
        ),
        (
            "paid for arrears",
            "USDC",
            output.paid_arrears.usdc,
            arrears.2,
        ),
        (
            "arrears",
            "USD",
            output.arrears_usd_micros,
            epoch.arrears_usd_micros,
        ),
        (
            "surplus",
            "USD",
            output.surplus_usd_micros,
            epoch.surplus_usd_micros,
        ),
        ("burned", "IO", output.burned_io, epoch.burned_io),
        (
            "earmarked",
            "USDC",
            output.earmarked_usdc,
            epoch.earmarked_usdc,
        ),
        (
            "burn carried over",
            "USD",
            output.burn_due_usd_micros,
            epoch.burn_due_usd_micros,
        ),
        ("retired", "IO", output.retired_io, epoch.retired_io),
        ("reward ledger", "IO", output.ledgers.reward_io, epoch.y1_io),
        ("fee ledger", "USDC", output.ledgers.fee_usdc, epoch.yu_usdc),
        ("fee ledger", "IO", output.ledgers.fee_io, epoch.yi_io),
        ("paid by all days", "IO", cumulative_io, epoch.cumulative_io),
        (
            "paid by all days",
            "USDC",
            cumulative_usdc,
            epoch.cumulative_usdc,
        ),
        (
            "ratio",
            "bps",
            output.ratio_bps.unwrap_or(0).into(),
            epoch.psi_bps.into(),
        ),
        (
            "average ratio",
            "1e-6 bps",
            output.health.ema_fp.unwrap_or(0),
            epoch.ema_fp,
        ),
        (
            "status",
            "code",
            output.health.status.code().into(),
            epoch.status.into(),
        ),
    ];
    rows.into_iter()
        .map(|(name, unit, recomputed, recorded)| Figure {
            name: format!("day {} {name}", epoch.day),
            unit,
            recomputed,
            recorded,
        })
        .collect()
}
