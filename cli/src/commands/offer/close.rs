//! `ion offer close`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::stake::offer::Invalidity;

use super::show;
use crate::{
    amount::Amount, commands::stake::book::Book, context::Context, failure::Outcome, output::Cell,
    write::Write,
};

/// Arguments of `offer close`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example of co-staking:\n  ion offer close 7Xw...  # expired, above the cap, or the device is out for good"
)]
pub struct CloseArgs {
    /// Device id or address
    device: String,

    /// Number of the offer [default: the open one]
    #[arg(long)]
    seq: Option<u64>,
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        let offer = show::find(ctx, &book, self.seq)?;
        // An offer that is still good is left to the simulation, which names the program's error.
        let reason = show::invalidity(&book, &show::terms(&offer)?)?;
        Write::new(
            format!("Put away offer {} of device {address}", offer.seq),
            staking::close_offer(&book.staked(), offer.seq, &offer.payer),
        )
        .effect("amount", Amount::io(offer.amount_io))
        .effect("share", Cell::Bps(offer.share_bps.into()))
        .effect("reason", reason.map_or("none", reason_words))
        .effect("rent_back_to", offer.payer)
        .warning("no principal is in an offer, so none moves")
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}

fn reason_words(reason: Invalidity) -> &'static str {
    match reason {
        Invalidity::Expired => "it has expired",
        Invalidity::DeviceTerminated => "the device is terminated",
        Invalidity::ClassWithdrawn => "the processor class is withdrawn",
        Invalidity::BelowRequirement => "the device's stake is below its requirement",
        Invalidity::AboveCap => "the amount is above the co-stake cap",
    }
}
