//! `ion case list`.

use clap::Args;

use super::book::{Book, Phase};
use crate::{
    commands::device,
    context::{Context, parse_key},
    failure::Outcome,
    output::Record,
};

/// Arguments of `case list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples of slash cases:\n  ion case list --open\n  ion case list --device 7Xw... --output json\n  ion case list --wallet 9Ab..."
)]
pub struct ListArgs {
    /// Cases of this device only, by id or address
    #[arg(long)]
    device: Option<String>,

    /// Cases in which this wallet may appeal only
    #[arg(long)]
    wallet: Option<String>,

    /// Cases in which something is still to be done only
    #[arg(long)]
    open: bool,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let device = self
            .device
            .as_deref()
            .map(|text| device::show::find(ctx, text).map(|(address, _)| address))
            .transpose()?;
        let wallet = self
            .wallet
            .as_deref()
            .map(|text| parse_key(text, "wallet"))
            .transpose()?;
        let mut rows = Vec::new();
        for book in Book::all(ctx)? {
            let is_wanted = device.is_none_or(|device| book.case.device == device)
                && wallet.is_none_or(|wallet| book.case.is_party(&wallet))
                && (!self.open || book.phase()? != Phase::Finished);
            if is_wanted {
                rows.push(book.line()?);
            }
        }
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("cases", rows),
        );
        Ok(())
    }
}
