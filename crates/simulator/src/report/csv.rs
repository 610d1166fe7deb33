//! One line per day, integers in base units.

use std::fmt::Write as _;

use crate::days::Day;

/// All days as CSV with a header; amounts in base units, prices in 1e-12 USD.
pub fn csv(days: &[Day]) -> String {
    let mut text = String::from(
        "day,price_p12,online,hired_bps,emission_io,revenue_usd_micros,owed_usd_micros,\
         paid_usd_micros,paid_today_usd_micros,paid_io,paid_usdc,arrears_usd_micros,psi_bps,ema_bps,\
         status,reserve_usd_micros,mean_owed_usd_micros,reward_vault_io,queued_usdc,burned_io,\
         retired_io,supply_io\n",
    );
    for day in days {
        // writing into a string cannot fail
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            day.day,
            day.price_p12,
            day.online,
            day.hired_bps,
            day.emission_io,
            day.revenue_usd,
            day.owed_usd,
            day.paid_usd,
            day.paid_today_usd,
            day.paid_io,
            day.paid_usdc,
            day.arrears_usd,
            day.psi_bps,
            day.ema_bps,
            day.status.name(),
            day.reserve_usd,
            day.mean_owed_usd,
            day.reward_vault_io,
            day.queued_usdc,
            day.burned_io,
            day.retired_io,
            day.supply_io,
        );
    }
    text
}
