//! The two questions a run answers, and the totals beside them.

use crate::days::Day;

/// Share of what is owed that counts as held, bps.
const HELD_BPS: u128 = 9_900;
/// Days over which payment and supply are judged.
const WINDOW: usize = 30;

/// What a run comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Days simulated.
    pub days: u32,
    /// Days for which suppliers were paid at least 99 % of what was owed over the last 30 days; all
    /// days if that never broke.
    pub income_held_days: u32,
    /// Whether it never broke.
    pub is_income_held: bool,
    /// First day on which a device online got less than nine tenths of what one got in the first 30
    /// days, means over 30 days.
    pub device_income_falls_from: Option<u32>,
    /// Least share of the debts of a day that was paid on it, bps.
    pub worst_paid_bps: u32,
    /// First day on which supply was below that of 30 days before.
    pub supply_falls_from: Option<u32>,
    /// Days on which it was.
    pub falling_days: u32,
    /// Supply before the first day, as of the end of the first day, base units.
    pub first_supply_io: u64,
    /// Supply after the last day, base units.
    pub last_supply_io: u64,
    /// Burned and retired, base units.
    pub burned_io: u64,
    /// Paid to suppliers in all, 1e-6 USD.
    pub paid_usd: u128,
    /// Owed to suppliers in all, 1e-6 USD.
    pub owed_usd: u128,
    /// Arrears after the last day, 1e-6 USD.
    pub arrears_usd: u64,
    /// Earmarked and unsold after the last day, USDC base units.
    pub queued_usdc: u64,
    /// Days in each status: Normal, Deficit, Critical.
    pub status_days: [u32; 3],
    /// Least runway of the fee vault, days.
    pub worst_runway_days: u64,
}

/// Answers the questions; `None` for no days.
pub fn summarize(days: &[Day]) -> Option<Summary> {
    let (first, last) = (days.first()?, days.last()?);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let broke = days.windows(WINDOW.min(days.len())).position(|window| {
        let owed: u128 = window.iter().map(|day| u128::from(day.owed_usd)).sum();
        let paid: u128 = window
            .iter()
            .map(|day| u128::from(day.paid_today_usd))
            .sum();
        paid * 10_000 < owed * HELD_BPS
    });
    let held = broke.map_or(days.len(), |at| at + WINDOW.min(days.len()) - 1);
    let falls = |at: usize| at >= WINDOW && days[at].supply_io < days[at - WINDOW].supply_io;
    let falling: Vec<usize> = (0..days.len()).filter(|at| falls(*at)).collect();
    let mut status_days = [0_u32; 3];
    for day in days {
        status_days[usize::from(day.status.code())] += 1;
    }
    Some(Summary {
        days: count(days.len()),
        income_held_days: count(held),
        is_income_held: broke.is_none(),
        device_income_falls_from: device_income_falls(days).map(count),
        worst_paid_bps: days
            .iter()
            .filter(|day| day.owed_usd > 0)
            .map(|day| u128::from(day.paid_today_usd) * 10_000 / u128::from(day.owed_usd))
            .min()
            .and_then(|bps| u32::try_from(bps).ok())
            .unwrap_or(10_000),
        supply_falls_from: falling.first().map(|at| count(*at)),
        falling_days: count(falling.len()),
        first_supply_io: first.supply_io,
        last_supply_io: last.supply_io,
        burned_io: days.iter().map(|day| day.burned_io + day.retired_io).sum(),
        paid_usd: days.iter().map(|day| u128::from(day.paid_usd)).sum(),
        owed_usd: days.iter().map(|day| u128::from(day.owed_usd)).sum(),
        arrears_usd: last.arrears_usd,
        queued_usdc: last.queued_usdc,
        status_days,
        worst_runway_days: days
            .iter()
            .filter(|day| day.mean_owed_usd > 0 && day.day >= 30)
            .map(|day| day.reserve_usd / day.mean_owed_usd.max(1))
            .min()
            .unwrap_or(0),
    })
}

/// First day after the first window whose mean income per device is below nine tenths of the first.
fn device_income_falls(days: &[Day]) -> Option<usize> {
    let mean = |window: &[Day]| {
        let paid: u128 = window.iter().map(|day| u128::from(day.paid_usd)).sum();
        let online: u128 = window.iter().map(|day| u128::from(day.online)).sum();
        paid * 1_000 / online.max(1)
    };
    let first = mean(days.get(..WINDOW)?);
    days.windows(WINDOW)
        .position(|window| mean(window) * 10 < first * 9)
        .map(|at| at + WINDOW - 1)
}
