//! `ion device register`.

use clap::Args;
use ion_client::{accounts, addresses, instructions};
use registry::RegisterDeviceArgs;
use registry::state::Device;
use solana_signer::Signer;

use super::show::{class_name, class_of, record};
use crate::{
    amount::{Amount, Unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Cell,
    signer,
    write::Write,
};

/// Arguments of `device register`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion device register --device-key device.json --class 12 --qty 8 --ask 1.80\n\nThe device key signs once to show that the agent holds it; the signing key becomes the owner."
)]
pub struct RegisterArgs {
    /// Key of the device's agent
    #[arg(long, value_name = "SIGNER")]
    device_key: String,

    /// Number of the processor class (ion class list)
    #[arg(long)]
    class: u16,

    /// Identical processors, 1 to 64
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    qty: u8,

    /// Price asked in USD per processor and hour
    #[arg(long, value_name = "USD")]
    ask: String,

    /// Wallet that earnings go to [default: the owner]
    #[arg(long, value_name = "KEY")]
    payout_wallet: Option<String>,

    /// Last moment a booking may run to, Unix seconds; 0 = no limit
    #[arg(long, default_value_t = 0, value_name = "UNIX_SECONDS")]
    open_until: i64,
}

impl RegisterArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let ask = Amount::parse(&self.ask, Unit::Usd, ctx.args.raw)?;
        let owner = ctx.wallet()?;
        let payout_wallet = match &self.payout_wallet {
            Some(text) => parse_key(text, "payout wallet")?,
            None => owner,
        };
        let device_key = signer::read(&self.device_key, "device key")?;
        let class = class_of(ctx, self.class)?.ok_or_else(|| {
            Failure::chain(
                "the class was not found",
                format!("there is no class {}", self.class),
            )
            .next("ion class list shows all classes")
        })?;
        let id = device_key.pubkey();
        let address = addresses::registry::device(&id);
        let args = RegisterDeviceArgs {
            qty: self.qty,
            payout_wallet,
            ask_usd_micros: ask.base,
            open_until: self.open_until,
        };
        let instruction = instructions::registry::register_device(
            &ctx.payer_wallet()?,
            &owner,
            &id,
            self.class,
            args,
        );
        let mut write = Write::new(
            format!(
                "Register a device with {} x {}",
                self.qty,
                class_name(&class)
            ),
            instruction,
        )
        .signed_by(&device_key)
        .effect("device", address)
        .effect("owner", owner)
        .effect("payout_wallet", payout_wallet)
        .effect("ask_per_processor_hour", ask)
        .effect("open_until", Cell::time_or_nothing(self.open_until));
        let floor = class.floor_price(ctx.now()?);
        if ask.base < floor {
            let floor = Amount::usd(floor);
            write = write.warning(format!("the ask is below the floor price of the class ({floor}): no quote will name the device"));
        }
        write.run(ctx, |ctx| {
            let device: Device = accounts::fetch(&ctx.chain, &address)?;
            Ok(record(&address, &device, Some(&class)))
        })
    }
}
