//! `ion stake unstake`.

use clap::Args;
use ion_client::instructions::staking;
use ion_economics::stake::{PositionState, exit};
use solana_pubkey::Pubkey;

use super::{book::Book, show};
use crate::{
    amount::Amount,
    context::Context,
    failure::Outcome,
    time::show_duration,
    write::{Write, deadline},
};

/// Arguments of `stake unstake`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion stake unstake 7Xw...\n\nCo-staking: the positions of co-stakers on the device end with it; their principal cools down too."
)]
pub struct UnstakeArgs {
    /// Device id or address
    device: String,
}

impl UnstakeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let book = Book::find(ctx, &self.device)?;
        let address = book.address;
        let cooldown = exit::owner(&book.view).cooldown;
        let ended: Vec<(Pubkey, u64)> = book
            .stake
            .positions
            .iter()
            .zip(&book.ledger.positions)
            .filter(|(_, position)| {
                let state = position.effective(book.view.now);
                matches!(state, PositionState::Active | PositionState::Wait)
            })
            .map(|(slot, _)| (slot.wallet, slot.amount_io))
            .collect();
        let mut write = Write::new(
            format!("Begin the exit of the whole stake of device {address}"),
            staking::begin_unstake(&ctx.wallet()?, &book.staked()),
        )
        .effect("starts_cooling", Amount::io(book.stake.active_io))
        .effect("cooldown", show_duration(cooldown))
        .effect(
            "withdrawable_from",
            deadline(book.now().saturating_add(cooldown), book.now()),
        )
        .warning("the stake stops counting at once: no rewards and no hire from the next block")
        .warning(
            "it cannot be cancelled, and nothing can be staked on the device before the withdrawal",
        )
        .warning("a slash case for an offence before this moment can still take cooling stake");
        for (wallet, amount) in ended {
            write = write.warning(format!(
                "ends the co-staking position of {wallet}: its {} cool down with yours",
                Amount::io(amount)
            ));
        }
        write.run(ctx, |ctx| show::state(ctx, &address))
    }
}
