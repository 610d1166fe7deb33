//! `ion stake unstake`.

use clap::Args;
use ion_client::instructions::staking::{self, StakedDevice};

use super::show;
use crate::{
    amount::Amount,
    commands::device,
    context::Context,
    failure::Outcome,
    time::show_duration,
    write::{Write, deadline},
};

/// Arguments of `stake unstake`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion stake unstake 7Xw...")]
pub struct UnstakeArgs {
    /// Device id or address
    device: String,
}

impl UnstakeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, device) = device::show::find(ctx, &self.device)?;
        let facts = show::facts(ctx, &address)?;
        let instruction = staking::begin_unstake(
            &ctx.wallet()?,
            &StakedDevice {
                device: address,
                class: device.class,
            },
        );
        let amount = Amount::io(facts.stake.active_io);
        Write::new(
            format!("Begin the exit of the whole stake of device {address}"),
            instruction,
        )
        .effect("starts_cooling", amount)
        .effect("cooldown", show_duration(facts.cooldown))
        .effect(
            "withdrawable_from",
            deadline(facts.now.saturating_add(facts.cooldown), facts.now),
        )
        .warning("the stake stops counting at once: no rewards and no hire from the next block")
        .warning(
            "it cannot be cancelled, and nothing can be staked on the device before the withdrawal",
        )
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
