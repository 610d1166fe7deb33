//! `ion exemption cancel` and `ion exemption close`.

use clap::Args;
use ion_client::instructions::registry as build;

use super::show;
use crate::{commands::device, context::Context, failure::Outcome, write::Write};

/// What both verbs take.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion exemption cancel 7Xw... -k guardian.json\n  ion exemption close 7Xw..."
)]
pub struct EndArgs {
    /// Device id or address
    device: String,
}

impl EndArgs {
    /// Ends the exemption before its time.
    pub fn cancel(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        let exemption = show::find(ctx, &address)?;
        Write::new(
            format!("Cancel the exemption of device {address}"),
            build::cancel_exemption(&ctx.wallet()?, &address),
        )
        .effect("no_longer_exempt_from", show::flag_names(exemption.flags))
        .run(ctx, |ctx| show::state(ctx, &address))
    }

    /// Returns its rent.
    pub fn close(&self, ctx: &Context) -> Outcome<()> {
        let (address, _) = device::show::find(ctx, &self.device)?;
        let exemption = show::find(ctx, &address)?;
        Write::new(
            format!("Close the exemption of device {address}"),
            build::close_exemption(&ctx.payer_wallet()?, &address, &exemption.payer),
        )
        .effect("rent_returns_to", exemption.payer)
        .run(ctx, |ctx| show::state(ctx, &address))
    }
}
