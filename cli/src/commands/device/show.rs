//! `ion device show`, and how a device is found and shown everywhere.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::device::{BlockHolds, DeviceStatus, READY_CLUSTER_TEST};
use registry::state::{Device, ProcessorClass};
use solana_pubkey::Pubkey;

use crate::{
    amount::Amount,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `device show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion device show 7Xw...  # the device id, or the address of its account"
)]
pub struct ShowArgs {
    /// Device id (its key at registration) or address of its account
    device: String,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (address, device) = find(ctx, &self.device)?;
        let class = class_of(ctx, device.class)?;
        ctx.print(&record(&address, &device, class.as_ref()));
        Ok(())
    }
}

/// Finds a device by its id or by the address of its account.
///
/// Errors: usage, rpc, program when there is none.
pub fn find(ctx: &Context, text: &str) -> Outcome<(Pubkey, Device)> {
    let key = parse_key(text, "device")?;
    let by_id = addresses::registry::device(&key);
    if let Some(device) = accounts::find::<Device>(&ctx.chain, &by_id)? {
        return Ok((by_id, device));
    }
    match accounts::find::<Device>(&ctx.chain, &key) {
        Ok(Some(device)) => Ok((key, device)),
        Ok(None) | Err(accounts::AccountError::WrongOwner { .. }) => Err(Failure::chain(
            "the device was not found",
            format!("no device has the id or the address {key}"),
        )
        .next("ion device list shows all devices")),
        Err(error) => Err(error.into()),
    }
}

/// Class by number, if it exists.
///
/// Errors: rpc.
pub fn class_of(ctx: &Context, id: u16) -> Outcome<Option<ProcessorClass>> {
    Ok(accounts::find(&ctx.chain, &addresses::registry::class(id))?)
}

/// Name of a class as text.
pub fn class_name(class: &ProcessorClass) -> String {
    String::from_utf8_lossy(&class.name)
        .trim_end_matches('\0')
        .to_owned()
}

/// Name of a stored status.
pub fn status_name(code: u8) -> String {
    match DeviceStatus::from_code(code) {
        Ok(status) => format!("{status:?}"),
        Err(_) => format!("unknown ({code})"),
    }
}

/// Who keeps a device blocked, in words.
fn blocked_by(device: &Device) -> Cell {
    match BlockHolds::from_code(device.block_holds) {
        Ok(BlockHolds {
            governance: true,
            case: true,
        }) => "governance and a slash case".into(),
        Ok(BlockHolds {
            governance: true, ..
        }) => "governance".into(),
        Ok(BlockHolds { case: true, .. }) => "a slash case".into(),
        _ => Cell::Nothing,
    }
}

/// A device as a record.
pub fn record(address: &Pubkey, device: &Device, class: Option<&ProcessorClass>) -> Record {
    Record::new()
        .with("device", *address)
        .with("id", device.id)
        .with("status", status_name(device.status))
        .with("owner", device.owner)
        .with("payout_wallet", device.payout_wallet)
        .with("device_key", device.device_key)
        .with("class", device.class)
        .with(
            "class_name",
            class.map_or(Cell::Nothing, |class| class_name(class).into()),
        )
        .with("qty", device.qty)
        .with("ask_per_processor_hour", Amount::usd(device.ask_usd_micros))
        .with("open_until", Cell::time_or_nothing(device.open_until))
        .with("hired_by", Cell::key_or_nothing(device.hired_by))
        .with("blocked_by", blocked_by(device))
        .with("connectivity_tier", device.connectivity_tier)
        .with("supplier_tier", device.supplier_tier)
        .with("reliability", Cell::Bps(device.reliability_bps.into()))
        .with(
            "cluster_ready",
            device.readiness_flags & READY_CLUSTER_TEST != 0,
        )
        .with("onboarded_at", Cell::time_or_nothing(device.onboarded_at))
        .with("last_leaf_hour", device.last_leaf_hour)
}
