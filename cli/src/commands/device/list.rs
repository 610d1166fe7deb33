//! `ion device list`.

use clap::Args;
use ion_client::accounts;
use registry::state::Device;

use super::show::status_name;
use crate::{
    amount::Amount,
    context::{Context, parse_key},
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `device list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion device list --free\n  ion device list --owner 7Xw... --output json"
)]
pub struct ListArgs {
    /// Only devices of this owner
    #[arg(long)]
    owner: Option<String>,

    /// Only devices of this class
    #[arg(long)]
    class: Option<u16>,

    /// Only devices that are up and not hired
    #[arg(long)]
    free: bool,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let owner = self
            .owner
            .as_deref()
            .map(|text| parse_key(text, "owner"))
            .transpose()?;
        let mut devices = Vec::new();
        for (address, device) in accounts::all::<Device>(&ctx.chain)? {
            let is_wanted = owner.is_none_or(|owner| owner == device.owner)
                && self.class.is_none_or(|class| class == device.class)
                && (!self.free || device.is_free());
            if is_wanted {
                devices.push((address, device));
            }
        }
        devices.sort_by_key(|(address, device)| (device.class, *address));
        let rows: Vec<Record> = devices
            .iter()
            .map(|(address, device)| {
                Record::new()
                    .with("device", *address)
                    .with("status", status_name(device.status))
                    .with("class", device.class)
                    .with("qty", device.qty)
                    .with("ask", Amount::usd(device.ask_usd_micros))
                    .with("hired", device.is_hired())
                    .with("owner", device.owner)
                    .with("reliability", Cell::Bps(device.reliability_bps.into()))
            })
            .collect();
        ctx.print(
            &Record::new()
                .with("count", rows.len() as u64)
                .with("devices", rows),
        );
        Ok(())
    }
}
