//! `ion position show`, and how a position is described everywhere.

use clap::Args;
use ion_economics::stake::PositionStatus;
use solana_pubkey::Pubkey;

use super::find::{Held, PositionArgs};
use crate::{
    amount::Amount,
    commands::{device, stake::book::Book},
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `position show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Status: active (earns and counts), waiting (leaving: counts, earns nothing), cooling (neither),
withdrawable, zeroed (slashed to nothing), withdrawn.

Examples of co-staking:
  ion position show 7Xw...
  ion position show 7Xw... --seq 3 --output json"
)]
pub struct ShowArgs {
    #[command(flatten)]
    position: PositionArgs,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        ctx.print(&full(&self.position.find(ctx)?)?);
        Ok(())
    }
}

/// Name of a status; nothing stands for a position that has left the book.
pub fn status_name(status: Option<PositionStatus>) -> &'static str {
    match status {
        Some(PositionStatus::Active) => "active",
        Some(PositionStatus::Waiting(_)) => "waiting",
        Some(PositionStatus::Cooling(_)) => "cooling",
        Some(PositionStatus::Withdrawable) => "withdrawable",
        Some(PositionStatus::Zeroed) => "zeroed",
        Some(PositionStatus::Empty) | None => "withdrawn",
    }
}

/// When the principal is free; nothing while no exit runs.
pub fn unlocks_at(held: &Held) -> Cell {
    held.slot()
        .and_then(|slot| slot.unlocks_at())
        .map_or(Cell::Nothing, |at| Cell::Time(at.get()))
}

/// A position as a line of a list.
pub fn line(held: &Held) -> Record {
    let principal = held.slot().map_or(0, |slot| slot.amount.base_units());
    let counted = held
        .slot()
        .map_or(0, |slot| slot.eligible(held.book.view.now).base_units());
    Record::new()
        .with("device", held.book.address)
        .with("offer", held.account.seq)
        .with("status", status_name(held.status()))
        .with("principal", Amount::io(principal))
        .with("share", Cell::Bps(held.account.share_bps.into()))
        .with("counted", Amount::io(counted))
        .with("earns", held.status() == Some(PositionStatus::Active))
        .with("unlocks_at", unlocks_at(held))
}

/// All of a position.
///
/// Errors: program, when the stake is broken.
pub fn full(held: &Held) -> Outcome<Record> {
    let book = &held.book;
    let wait_ends_at = match held.status() {
        Some(PositionStatus::Waiting(until)) => Cell::Time(until.get()),
        _ => Cell::Nothing,
    };
    // What an exit that begins now would give; nothing unless the position is active.
    let if_left_now = book
        .ledger
        .co_unstake(held.account.seq, &book.view)
        .ok()
        .and_then(|after| after.position(held.account.seq)?.unlocks_at())
        .map_or(Cell::Nothing, |at| Cell::Time(at.get()));
    Ok(line(held)
        .with("position", held.address())
        .with("wallet", held.account.wallet)
        .with("put_in", Amount::io(held.account.accepted_io))
        .with("accepted_at", Cell::Time(held.account.accepted_at))
        .with("wait_ends_at", wait_ends_at)
        .with("unlocks_if_left_now", if_left_now)
        .with("restored", Amount::io(held.account.restored_io))
        .with("open_case_legs", held.account.open_legs)
        .with(
            "device_status",
            device::show::status_name(book.device.status),
        )
        .with(
            "device_required",
            Amount::io(book.view.requirement.current.base_units()),
        )
        .with("device_counted", Amount::io(book.eligible_io()?))
        .with(
            "device_underfunded_since",
            book.underfunded_since()?.map_or(Cell::Nothing, Cell::Time),
        ))
}

/// The position of offer `seq` after a change.
///
/// Errors: rpc; program when there is none.
pub fn state(ctx: &Context, device: &Pubkey, seq: u64) -> Outcome<Record> {
    full(&Held::read(ctx, Book::at(ctx, device)?, seq)?)
}
