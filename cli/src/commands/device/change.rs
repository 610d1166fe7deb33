//! `ion device update`, `pause`, `resume`, `terminate`: what an owner changes.

use clap::Args;
use ion_client::{accounts, instructions::registry as build};
use registry::{UpdateDeviceArgs, state::Device};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::show::{class_of, find, record};
use crate::{
    amount::{Amount, Unit},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Record,
    signer,
    write::Write,
};

/// Arguments of `device update`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion device update 7Xw... --ask 2.10")]
pub struct UpdateArgs {
    /// Device id or address
    device: String,

    /// New price in USD per processor and hour
    #[arg(long, value_name = "USD")]
    ask: Option<String>,

    /// New wallet that earnings go to
    #[arg(long, value_name = "KEY")]
    payout_wallet: Option<String>,

    /// New last moment a booking may run to, Unix seconds; 0 = no limit
    #[arg(long, value_name = "UNIX_SECONDS")]
    open_until: Option<i64>,

    /// New key of the device's agent
    #[arg(long, value_name = "SIGNER")]
    device_key: Option<String>,
}

impl UpdateArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let ask = self
            .ask
            .as_deref()
            .map(|text| Amount::parse(text, Unit::Usd, ctx.args.raw))
            .transpose()?;
        let payout_wallet = self
            .payout_wallet
            .as_deref()
            .map(|text| parse_key(text, "payout wallet"))
            .transpose()?;
        let key = self
            .device_key
            .as_deref()
            .map(|uri| signer::read(uri, "device key"))
            .transpose()?;
        if ask.is_none() && payout_wallet.is_none() && self.open_until.is_none() && key.is_none() {
            return Err(
                Failure::usage("nothing to change", "no new value was given")
                    .next("see ion device update --help"),
            );
        }
        let (address, _) = find(ctx, &self.device)?;
        let args = UpdateDeviceArgs {
            payout_wallet,
            ask_usd_micros: ask.map(|ask| ask.base),
            open_until: self.open_until,
        };
        let instruction = build::update_device(
            &ctx.wallet()?,
            &address,
            key.as_ref().map(Signer::pubkey),
            args,
        );
        let mut write = Write::new(format!("Change device {address}"), instruction);
        if let Some(ask) = ask {
            write = write.effect("ask_per_processor_hour", ask);
        }
        if let Some(wallet) = payout_wallet {
            write = write.effect("payout_wallet", wallet);
        }
        if let Some(until) = self.open_until {
            write = write.effect("open_until", crate::output::Cell::time_or_nothing(until));
        }
        if let Some(key) = &key {
            write = write.effect("device_key", key.pubkey()).signed_by(key);
        }
        write.run(ctx, |ctx| state(ctx, &address))
    }
}

/// What the three plain verbs take.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion device pause 7Xw...\n  ion device resume 7Xw...\n  ion device terminate 7Xw..."
)]
pub struct DeviceArgs {
    /// Device id or address
    device: String,
}

impl DeviceArgs {
    /// Takes the device out for a while.
    pub fn pause(&self, ctx: &Context) -> Outcome<()> {
        self.send(
            ctx,
            "Pause",
            build::pause_device,
            "no new booking can take it; a running one goes on",
        )
    }

    /// Puts the device back.
    pub fn resume(&self, ctx: &Context) -> Outcome<()> {
        self.send(
            ctx,
            "Resume",
            build::resume_device,
            "it is offered again when the verifiers see it up",
        )
    }

    /// Ends the device.
    pub fn terminate(&self, ctx: &Context) -> Outcome<()> {
        self.send(
            ctx,
            "Terminate",
            build::terminate_device,
            "it can never be used again; its stake leaves by ion stake unstake",
        )
    }

    fn send(
        &self,
        ctx: &Context,
        verb: &str,
        build: fn(&Pubkey, &Pubkey) -> Instruction,
        warning: &str,
    ) -> Outcome<()> {
        let (address, _) = find(ctx, &self.device)?;
        Write::new(
            format!("{verb} device {address}"),
            build(&ctx.wallet()?, &address),
        )
        .warning(warning)
        .run(ctx, |ctx| state(ctx, &address))
    }
}

fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    let device: Device = accounts::fetch(&ctx.chain, address)?;
    let class = class_of(ctx, device.class)?;
    Ok(record(address, &device, class.as_ref()))
}
