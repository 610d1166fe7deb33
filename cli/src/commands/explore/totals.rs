//! `ion explore totals`, `ion explore status`.

use clap::Args;
use serde_json::Value;

use super::{ask::IndexerArgs, value::plain};
use crate::{
    amount::{Amount, Unit},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `explore totals`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion explore totals --indexer http://127.0.0.1:7500")]
pub struct TotalsArgs {
    #[command(flatten)]
    indexer: IndexerArgs,
}

impl TotalsArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let answer = self.indexer.get("/v1/totals", &[])?;
        let figures = answer.get("totals").and_then(Value::as_object);
        let rows: Vec<Record> = figures
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let base = value.as_str().and_then(|text| text.parse().ok());
                let shown = match base {
                    Some(base) if name.ends_with("_io") => Cell::Amount(Amount {
                        base,
                        unit: Unit::Io,
                    }),
                    _ => plain(value),
                };
                Record::new()
                    .with("figure", name.as_str())
                    .with("value", shown)
            })
            .collect();
        ctx.print(
            &Record::new()
                .with("slot", plain(&answer["slot"]))
                .with("totals", rows),
        );
        Ok(())
    }
}

/// Arguments of `explore status`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion explore status --indexer http://127.0.0.1:7500\n\nEnds with exit code 4 while an alarm is open."
)]
pub struct StatusArgs {
    #[command(flatten)]
    indexer: IndexerArgs,
}

impl StatusArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let answer = self.indexer.get("/v1/status", &[])?;
        let alarms = answer["alarms_open"].as_u64().unwrap_or_default();
        ctx.print(
            &Record::new()
                .with("slot", plain(&answer["slot"]))
                .with("alarms_open", alarms)
                .with("checks_equal", plain(&answer["checks_equal"]))
                .with("checks_due", plain(&answer["checks_due"]))
                .with("version", plain(&answer["version"])),
        );
        if alarms == 0 {
            return Ok(());
        }
        Err(Failure::chain(
            "the record is not what it should be",
            format!("{alarms} alarms are open"),
        )
        .next("ion explore list alarms --where is_open=true; report them")
        .with_result())
    }
}
