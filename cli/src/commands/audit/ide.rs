//! `ion audit ide`.

use clap::Args;
use ion_client::audit::audit_engine;

use super::booking::row;
use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::Record,
};

/// Arguments of `audit ide`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion audit ide              # every sealed day\n  ion audit ide --day 20781  # the figures of one\n\nEnds with exit code 4 when a figure differs. Needs a node that keeps the engine's transactions."
)]
pub struct IdeArgs {
    /// Day whose figures are shown; all days are computed in any case
    #[arg(long)]
    day: Option<u64>,
}

impl IdeArgs {
    /// Runs the audit.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let figures = audit_engine(&ctx.chain)?;
        let total = figures.len();
        let differing = figures.iter().filter(|figure| !figure.is_equal()).count();
        let wanted = self.day.map(|day| format!("day {day} "));
        // without a day only what differs is worth a line
        let shown = figures.iter().filter(|figure| match &wanted {
            Some(prefix) => figure.name.starts_with(prefix),
            None => !figure.is_equal(),
        });
        ctx.print(
            &Record::new()
                .with("equal", differing == 0)
                .with("figures_compared", total as u64)
                .with("figures_that_differ", differing as u64)
                .with("figures", shown.map(row).collect::<Vec<_>>()),
        );
        if differing == 0 {
            return Ok(());
        }
        Err(Failure::chain(
            "the audit failed",
            format!("{differing} of {total} figures differ"),
        )
        .next("the rows with equal = no say which day; report it")
        .with_result())
    }
}
