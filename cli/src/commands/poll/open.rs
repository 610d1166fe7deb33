//! `ion poll open`.

use clap::Args;
use ion_client::instructions::registry;

use super::show::{Identity, state};
use crate::{context::Context, failure::Outcome, write::Write};

/// Arguments of `poll open`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion poll open work-report booking 498765")]
pub struct OpenArgs {
    #[command(flatten)]
    report: Identity,
}

impl OpenArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let subject = self.report.subject()?;
        let address = self.report.address()?;
        let kind = self.report.kind.report();
        let instruction =
            registry::open_poll(&ctx.payer_wallet()?, kind, &subject, self.report.seq);
        Write::new(
            format!(
                "Open the poll of {:?} {} of {subject}",
                self.report.kind, self.report.seq
            ),
            instruction,
        )
        .effect("poll", address)
        .run(ctx, |ctx| state(ctx, &address))
    }
}
