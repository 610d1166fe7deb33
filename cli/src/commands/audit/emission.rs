//! `ion audit emission`.

use clap::Args;
use ion_client::audit;

use super::booking::row;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
};

/// Arguments of `audit emission`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion audit emission --output json\n\nReads every transaction of the schedule: each hour against the 240 months, each mint against its hour, what was divided, claimed and burned against the accounts. Ends with exit code 4 when a figure differs or the events contradict each other. Needs a node that keeps the whole history."
)]
pub struct EmissionArgs {}

impl EmissionArgs {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let figures = audit::audit_schedule(&ctx.chain)?;
        let differing = figures.iter().filter(|figure| !figure.is_equal()).count();
        ctx.print(
            &Record::new()
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
        .next("the rows with equal = no say where; report it")
        .with_result())
    }
}
