//! `ion class list`.

use clap::Args;
use ion_client::accounts;
use registry::state::ProcessorClass;

use super::show::record;
use crate::{context::Context, failure::Outcome, output::Record};

/// Arguments of `class list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion class list --output json-compact")]
pub struct ListArgs {}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let now = ctx.now()?;
        let mut classes: Vec<_> = accounts::all::<ProcessorClass>(&ctx.chain)?
            .into_iter()
            .map(|(_, class)| class)
            .collect();
        classes.sort_by_key(|class| class.id);
        let rows: Vec<Record> = classes.iter().map(|class| record(class, now)).collect();
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("classes", rows),
        );
        Ok(())
    }
}
