//! `ion stake open`.

use clap::Args;
use ion_client::{addresses, instructions::staking};

use super::show;
use crate::{commands::device, context::Context, failure::Outcome, write::Write};

/// Arguments of `stake open`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion stake open 7Xw...")]
pub struct OpenArgs {
    /// Device id or address
    device: String,
}

impl OpenArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        let config = ctx.config()?;
        let instruction = staking::open_stake(&ctx.payer_wallet()?, &config.io_mint, &address);
        Write::new(
            format!("Create the stake account of device {address} and its vault"),
            instruction,
        )
        .effect("stake", addresses::staking::device_stake(&address))
        .warning("the accounts never close: their rent stays with the device")
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
