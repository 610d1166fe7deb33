//! `ion epoch open`.

use clap::Args;
use ion_client::{accounts, addresses, instructions};
use ion_economics::units::DAY;

use crate::{
    amount::{Amount, Unit},
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
    write::Write,
};

/// Arguments of `epoch open`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion epoch open        # today by the chain's clock\n  ion epoch open 20781  # days since 1970, at most 7 ahead"
)]
pub struct OpenArgs {
    /// Day index, days since 1970-01-01 UTC [default: today by the chain's clock]
    day: Option<u64>,
}

impl OpenArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let day = match self.day {
            Some(day) => day,
            None => u64::try_from(ctx.now()?.div_euclid(DAY)).unwrap_or_default(),
        };
        let instruction = instructions::ide::open_epoch(&ctx.payer_wallet()?, day);
        let begins = i64::try_from(day)
            .ok()
            .and_then(|day| day.checked_mul(DAY))
            .unwrap_or(i64::MAX);
        let address = addresses::ide::epoch(day);
        Write::new(format!("Create the account of day {day}"), instruction)
            .effect("epoch", address)
            .effect("begins_at", Cell::Time(begins))
            .run(ctx, |ctx| {
                let epoch: ide::state::Epoch = accounts::fetch(&ctx.chain, &address)?;
                Ok(Record::new()
                    .with("epoch", address)
                    .with("day", epoch.day)
                    .with(
                        "revenue_usdc",
                        Amount {
                            base: epoch.revenue_usdc,
                            unit: Unit::Usdc,
                        },
                    )
                    .with("revenue_io", Amount::io(epoch.revenue_io)))
            })
    }
}
