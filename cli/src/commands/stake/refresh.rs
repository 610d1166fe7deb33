//! `ion stake refresh`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::stake::{PositionState, PositionStatus};

use super::{
    book::{Book, refused},
    show,
};
use crate::{
    amount::Amount, commands::position::show::status_name, context::Context, failure::Outcome,
    output::Cell, output::Record, write::Write,
};

/// Arguments of `stake refresh`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example of co-staking:\n  ion stake refresh 7Xw...  # settles waits of co-stakers that have passed"
)]
pub struct RefreshArgs {
    /// Device id or address
    device: String,
}

impl RefreshArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        let after = book.ledger.refresh(&book.view).map_err(refused)?;
        let settled: Vec<Record> = book
            .ledger
            .positions
            .iter()
            .zip(&after.positions)
            .filter(|(before, after)| {
                before.state == PositionState::Wait && after.state != before.state
            })
            .map(|(_, after)| {
                let status: PositionStatus = after.status(book.view.now);
                Record::new()
                    .with("offer", after.seq)
                    .with("amount", Amount::io(after.amount.base_units()))
                    .with("becomes", status_name(Some(status)))
            })
            .collect();
        let since = |at: Option<i64>| at.map_or(Cell::Nothing, Cell::Time);
        Write::new(
            format!("Bring the stake of device {address} up to date; no money moves"),
            staking::refresh_stake(&book.staked()),
        )
        .effect(
            "required",
            Amount::io(book.view.requirement.current.base_units()),
        )
        .effect("counted_before", Amount::io(book.stake.counted_io))
        .effect("counted_afterwards", Amount::io(book.eligible_io()?))
        .effect(
            "underfunded_since_before",
            Cell::time_or_nothing(book.stake.underfunded_since),
        )
        .effect(
            "underfunded_since_afterwards",
            since(after.underfunded_since.map(|at| at.get())),
        )
        .effect("waits_settled", settled)
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
