//! `ion case open-day`.

use clap::Args;
use ion_client::{addresses::staking as addr, instructions::staking, send::Chain};

use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    output::Cell,
    write::Write,
};

/// Seconds of a UTC day.
pub(super) const DAY: i64 = 86_400;

/// Whether the limit of a UTC day is open.
pub(super) fn is_day_open(ctx: &Context, day: i64) -> Outcome<bool> {
    let account = ctx.chain.accounts(&[addr::slash_day(day)])?;
    Ok(account.into_iter().flatten().next().is_some())
}

/// Arguments of `case open-day`.
#[derive(Debug, Args)]
#[command(
    after_help = "What all cases of a UTC day take together is limited by what is staked when the day is opened.

Examples of slash cases:
  ion case open-day"
)]
pub struct OpenDayArgs {}

impl OpenDayArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let day = ctx.now()?.div_euclid(DAY);
        if is_day_open(ctx, day)? {
            return Err(Failure::chain(
                "the day is open already",
                "somebody has opened it",
            ));
        }
        Write::new(
            "Open the day of the network cap on slash cases",
            staking::open_slash_day(&ctx.payer_wallet()?, day),
        )
        .effect("day", Cell::Time(day.saturating_mul(DAY)))
        .run(ctx, |ctx| {
            let day: ::staking::state::SlashDay =
                ion_client::accounts::fetch(&ctx.chain, &addr::slash_day(day))?;
            Ok(crate::output::Record::new()
                .with("counted_stake", Amount::io(day.counted_io))
                .with("taken", Amount::io(day.taken_io)))
        })
    }
}
