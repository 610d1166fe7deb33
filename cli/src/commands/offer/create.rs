//! `ion offer create`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::{stake::offer, units::Io};

use super::show;
use crate::{
    amount::{Amount, Unit},
    commands::stake::book::Book,
    context::Context,
    failure::Outcome,
    output::Cell,
    share,
    write::{Write, deadline},
};

/// Arguments of `offer create`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples of co-staking:\n  ion offer create 7Xw... 800 --share 25  # 800 IO for 25 % of the block rewards\n  ion offer create 7Xw... 80000000000 --share 2500 --raw --dry-run"
)]
pub struct CreateArgs {
    /// Device id or address
    device: String,

    /// IO the co-staker shall put in; at most half of what the device needs
    amount: String,

    /// Share of the device's block rewards for the co-staker, percent
    #[arg(long, value_name = "PERCENT")]
    share: String,
}

impl CreateArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let amount = Amount::parse(&self.amount, Unit::Io, ctx.args.raw)?;
        let share_bps = share::parse(&self.share, ctx.args.raw)?;
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        let seq = book.stake.next_offer_seq();
        // A refusal is left to the simulation, which names the program's error.
        let terms = offer::create(
            &book.ledger,
            book.stake.has_open_offer(),
            seq,
            Io::from_base_units(amount.base),
            share_bps,
            &book.view,
        )
        .ok();
        let expires_at = terms
            .and_then(|terms| terms.expires_at)
            .map_or(Cell::Nothing, |at| deadline(at.get(), book.now()));
        Write::new(
            format!("Offer a co-stake of {amount} on device {address}"),
            staking::create_offer(
                &ctx.wallet()?,
                &book.staked(),
                seq,
                amount.base,
                share_bps,
            ),
        )
        .effect("offer", seq)
        .effect("amount", amount)
        .effect("largest_co_stake", Amount::io(book.view.co_cap.base_units()))
        .effect("co_staker_share", Cell::Bps(share_bps.into()))
        .effect("expires_at", expires_at)
        .warning("one holder may take it as a whole; you can take it back until then (ion offer retract)")
        .warning("once taken, the terms stay as they are: the position ends when the co-staker leaves or when you take your whole stake out")
        .warning("while it is open you cannot begin your exit; your exit later makes the co-staker's principal cool down with yours")
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
