//! `ion co-stake unstake`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::stake::{PositionStatus, exit};

use crate::{
    amount::Amount,
    commands::{
        position::{
            find::{Held, PositionArgs},
            show,
        },
        stake::book::refused,
    },
    context::Context,
    failure::Outcome,
    output::Cell,
    time::show_duration,
    write::{Write, deadline},
};

/// Arguments of `co-stake unstake`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example of co-staking:\n  ion co-stake unstake 7Xw...  # earns nothing from now; back after the wait and the cooldown"
)]
pub struct UnstakeArgs {
    #[command(flatten)]
    position: PositionArgs,
}

/// When the principal stops counting and when it is free.
fn dates(held: &Held) -> (Option<i64>, Option<i64>) {
    let (seq, view) = (held.account.seq, &held.book.view);
    // A refusal is left to the simulation, which names the program's error.
    let Ok(after) = held.book.ledger.co_unstake(seq, view) else {
        return (None, None);
    };
    let Some(slot) = after.position(seq) else {
        return (None, None);
    };
    let counts_until = match slot.status(view.now) {
        PositionStatus::Waiting(until) => Some(until.get()),
        _ => None,
    };
    (counts_until, slot.unlocks_at().map(|at| at.get()))
}

impl UnstakeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let held = self.position.find(ctx)?;
        let (book, seq) = (&held.book, held.account.seq);
        let (address, now) = (book.address, book.now());
        let present = book.ledger.caught_up(&book.view).map_err(refused)?;
        let terms = exit::co_staker(&book.view, present.underfunded_since).map_err(refused)?;
        let (counts_until, unlocks_at) = dates(&held);
        let principal = held.slot().map_or(0, |slot| slot.amount.base_units());
        let or_nothing = |at: Option<i64>| at.map_or(Cell::Nothing, |at| deadline(at, now));
        Write::new(
            format!("Begin the exit from position {seq} on device {address}"),
            staking::co_unstake(&ctx.wallet()?, &book.staked(), seq),
        )
        .effect("leaves", Amount::io(principal))
        .effect("earns", "nothing from now on; the owner gets the whole reward")
        .effect(
            "wait",
            terms.wait.map_or("none".to_owned(), show_duration),
        )
        .effect("cooldown", show_duration(terms.cooldown))
        .effect("counts_until", or_nothing(counts_until))
        .effect("withdrawable_from", or_nothing(unlocks_at))
        .warning("it cannot be cancelled, and no later decision of the owner or of governance moves the date further out")
        .warning("until the cooldown has begun, a slash case over the device can still take from it; afterwards only one for an earlier offence")
        .run(ctx, |ctx| show::state(ctx, &address, seq))
    }
}
