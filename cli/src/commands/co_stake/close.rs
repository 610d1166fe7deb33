//! `ion co-stake close`.

use clap::Args;
use ion_client::instructions::staking;

use crate::{
    commands::{
        position::{find::PositionArgs, show::status_name},
        stake,
    },
    context::Context,
    failure::Outcome,
    write::Write,
};

/// Arguments of `co-stake close`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example of co-staking:\n  ion co-stake close 7Xw... --seq 3  # withdrawn, or slashed to nothing"
)]
pub struct CloseArgs {
    #[command(flatten)]
    position: PositionArgs,
}

impl CloseArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let held = self.position.find(ctx)?;
        let (address, account) = (held.book.address, &held.account);
        Write::new(
            format!("Close position {} on device {address}", account.seq),
            staking::close_position(
                &account.wallet,
                &held.book.staked(),
                account.seq,
                &account.payer,
            ),
        )
        .effect("status", status_name(held.status()))
        .effect("frees_a_place_of", account.wallet)
        .effect("rent_back_to", account.payer)
        .warning("a position that still holds money is refused; none moves here")
        .run(ctx, |ctx| stake::show::state(ctx, &address))
    }
}
