//! `ion case show`.

use clap::Args;

use super::{
    book::Book,
    evidence::{self, StoreArgs},
};
use crate::{context::Context, failure::Outcome};

/// Arguments of `case show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Evidence is fetched by the hash that the case cites; its hash, its signatures and the finding are
checked here, whoever runs the store.

Examples of slash cases:
  ion case show 5Yc...
  ion case show 5Yc... --store https://evidence.example/objects --output json"
)]
pub struct ShowArgs {
    /// Address of the case
    case: String,

    #[command(flatten)]
    store: StoreArgs,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.case)?;
        let store = self.store.open()?;
        let told = |hash| {
            evidence::told(ctx, store.as_deref(), hash, &book.case.device).map(|told| told.words)
        };
        let record = book
            .record()?
            .with("evidence", told(&book.case.evidence_hash)?)
            .with("appeal", told(&book.case.appeal_hash)?);
        ctx.print(&record);
        Ok(())
    }
}
