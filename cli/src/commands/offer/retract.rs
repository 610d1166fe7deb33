//! `ion offer retract`.

use clap::Args;
use ion_client::instructions::staking;

use super::show;
use crate::{
    amount::Amount, commands::stake::book::Book, context::Context, failure::Outcome, output::Cell,
    write::Write,
};

/// Arguments of `offer retract`.
#[derive(Debug, Args)]
#[command(after_help = "Example of co-staking:\n  ion offer retract 7Xw...")]
pub struct RetractArgs {
    /// Device id or address
    device: String,

    /// Number of the offer [default: the open one]
    #[arg(long)]
    seq: Option<u64>,
}

impl RetractArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        let offer = show::find(ctx, &book, self.seq)?;
        Write::new(
            format!("Take back offer {} of device {address}", offer.seq),
            staking::retract_offer(&ctx.wallet()?, &address, offer.seq, &offer.payer),
        )
        .effect("amount", Amount::io(offer.amount_io))
        .effect("share", Cell::Bps(offer.share_bps.into()))
        .effect("rent_back_to", offer.payer)
        .warning("no principal is in an offer, so none moves; its number is never used again")
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
