//! `ion audit tne`.

use clap::Args;
use ion_client::audit::{self, DayRange};
use ion_economics::units::DAY;

use super::booking::row;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
    time::parse_day,
};

/// Arguments of `audit tne`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion audit tne\n  ion audit tne --from 2026-02-01 --to yesterday --output csv\n\nRebuilds the totals from the transactions of the 16 shards alone, checks every token movement that an event speaks of, and compares with the accounts to the unit. Ends with exit code 4 when a figure differs. Needs a node that keeps the whole history."
)]
pub struct TneArgs {
    /// First UTC day whose figures are shown: 2026-02-01, today, yesterday, or its index [default: 31 days ago]
    #[arg(long, value_name = "DAY")]
    from: Option<String>,

    /// Last UTC day [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
}

impl TneArgs {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let now = ctx.now()?;
        let today = u64::try_from(now.div_euclid(DAY)).unwrap_or_default();
        let day = |text: &Option<String>, default: u64| match text {
            Some(text) => parse_day(text, now),
            None => Ok(default),
        };
        let range = DayRange {
            from: day(&self.from, today.saturating_sub(31))?,
            to: day(&self.to, today)?,
        };
        if range.from > range.to {
            return Err(Failure::usage(
                "the days are not understood",
                "--from is after --to",
            ));
        }
        let figures = audit::audit_tne(&ctx.chain, range)?;
        let differing = figures.iter().filter(|figure| !figure.is_equal()).count();
        ctx.print(
            &Record::new()
                .with("from_day", range.from)
                .with("to_day", range.to)
                .with("equal", differing == 0)
                .with("figures", figures.iter().map(row).collect::<Vec<_>>()),
        );
        if differing == 0 {
            return Ok(());
        }
        Err(Failure::chain(
            "the audit failed",
            format!("{differing} of {} figures differ", figures.len()),
        )
        .next("compare single bookings with ion audit booking ID; report it")
        .with_result())
    }
}
