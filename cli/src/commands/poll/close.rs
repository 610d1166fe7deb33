//! `ion poll close`.

use clap::Args;
use ion_client::{accounts, instructions};
use registry::state::Poll;

use super::show::Identity;
use crate::{context::Context, failure::Outcome, output::Record, write::Write};

/// Arguments of `poll close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion poll close work-report booking 498765")]
pub struct CloseArgs {
    #[command(flatten)]
    report: Identity,
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let address = self.report.address()?;
        let poll: Poll = accounts::fetch(&ctx.chain, &address)?;
        let instruction =
            instructions::registry::close_poll(&ctx.payer_wallet()?, &address, &poll.payer);
        Write::new(
            format!(
                "Close the poll of {:?} {}",
                self.report.kind, self.report.seq
            ),
            instruction,
        )
        .effect("rent_to", poll.payer)
        .run(ctx, |_| {
            Ok(Record::new().with("poll", address).with("state", "closed"))
        })
    }
}
