//! `ion co-stake advance`.

use clap::Args;
use ion_client::instructions::staking;

use crate::{
    amount::Amount,
    commands::position::{find::PositionArgs, show},
    context::Context,
    failure::Outcome,
    write::Write,
};

/// Arguments of `co-stake advance`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example of co-staking:\n  ion co-stake advance 7Xw... --seq 3  # the dates do not depend on it; the totals do"
)]
pub struct AdvanceArgs {
    #[command(flatten)]
    position: PositionArgs,
}

impl AdvanceArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let held = self.position.find(ctx)?;
        let (address, seq) = (held.book.address, held.account.seq);
        let principal = held.slot().map_or(0, |slot| slot.amount.base_units());
        Write::new(
            format!("Record that the wait of position {seq} on device {address} has passed"),
            staking::advance_exit(&held.book.staked(), seq),
        )
        .effect("stops_counting", Amount::io(principal))
        .effect("withdrawable_from", show::unlocks_at(&held))
        .warning("no money moves, and the date stays as it was stamped")
        .run(ctx, |ctx| show::state(ctx, &address, seq))
    }
}
