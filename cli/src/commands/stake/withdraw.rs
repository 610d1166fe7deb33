//! `ion stake withdraw`.

use clap::Args;
use ion_client::instructions::staking::{self, StakedDevice};

use super::show;
use crate::{
    amount::{Amount, Unit},
    commands::device,
    context::{Context, token_account},
    failure::{Failure, Outcome},
    time::show_duration,
    write::Write,
};

/// Arguments of `stake withdraw`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion stake withdraw 7Xw...\n  ion stake withdraw 7Xw... --overflow 12.5  # what is above the requirement, at once"
)]
pub struct WithdrawArgs {
    /// Device id or address
    device: String,

    /// Withdraw this much of what is above the requirement instead; needs no cooldown
    #[arg(long, value_name = "AMOUNT")]
    overflow: Option<String>,
}

impl WithdrawArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, device) = device::show::find(ctx, &self.device)?;
        let facts = show::facts(ctx, &address)?;
        let config = ctx.config()?;
        let wallet = ctx.wallet()?;
        let destination = token_account(&wallet, &config.io_mint);
        let staked = StakedDevice {
            device: address,
            class: device.class,
        };
        let create = ctx.create_token_account(&wallet, &config.io_mint)?;

        if let Some(text) = &self.overflow {
            let amount = Amount::parse(text, Unit::Io, ctx.args.raw)?;
            let instruction = staking::withdraw_overflow(
                &wallet,
                &config.io_mint,
                &destination,
                &staked,
                amount.base,
            );
            return Write::new(format!("Withdraw {amount} of the stake of device {address} that is above the requirement"), instruction)
                .after(create)
                .effect("to_wallet", wallet)
                .effect("overflow_now", Amount::io(facts.overflow_io))
                .run(ctx, |ctx| show::state(ctx, &address));
        }

        let stake = &facts.book.stake;
        if stake.cooling_io > 0 && facts.now < stake.cooldown_ends_at && stake.restored_io == 0 {
            let left = show_duration(stake.cooldown_ends_at.saturating_sub(facts.now));
            return Err(Failure::chain(
                "the stake cannot be withdrawn yet",
                format!("the cooldown lasts {left} more"),
            )
            .next(format!(
                "cooldown ends {}; run \"ion stake withdraw\" then",
                crate::time::show_time(stake.cooldown_ends_at)
            )));
        }
        let total = stake.cooling_io.saturating_add(stake.restored_io);
        let instruction = staking::withdraw(&wallet, &config.io_mint, &destination, &staked);
        Write::new(
            format!("Withdraw {} of device {address}", Amount::io(total)),
            instruction,
        )
        .after(create)
        .effect("to_wallet", wallet)
        .effect("to_account", destination)
        .effect("amount", Amount::io(total))
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
