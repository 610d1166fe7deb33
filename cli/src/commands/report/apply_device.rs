//! `ion report apply-device`.

use clap::Args;
use ion_client::{accounts, instructions};
use registry::{ApplyDeviceLeafArgs, state::Device};

use super::proof::{DeviceLeafFile, ProofFile};
use crate::{
    commands::device::show::{class_of, find, record},
    context::Context,
    failure::Outcome,
    output::Cell,
    write::Write,
};

/// Arguments of `report apply-device`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion report apply-device 7Xw... --proof leaf.json\n\nThe file: {\"hour\", \"root\", \"leaf_count\", \"bundle\", \"index\", \"siblings\", \"leaf\": {\"status\", \"connectivity_tier\", \"supplier_tier\", \"readiness_flags\", \"reliability_bps\"}}; hashes in hex"
)]
pub struct ApplyDeviceArgs {
    /// Device id or address
    device: String,

    /// File with leaf and proof; - reads stdin
    #[arg(long, value_name = "FILE")]
    proof: String,
}

impl ApplyDeviceArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let proof = ProofFile::<DeviceLeafFile>::read(&self.proof)?;
        let (address, _) = find(ctx, &self.device)?;
        let leaf = &proof.leaf;
        let args = ApplyDeviceLeafArgs {
            hour: proof.hour,
            root: proof.root()?,
            leaf_count: proof.leaf_count,
            bundle: proof.bundle()?,
            index: proof.index,
            siblings: proof.siblings()?,
            status: leaf.status,
            connectivity_tier: leaf.connectivity_tier,
            supplier_tier: leaf.supplier_tier,
            readiness_flags: leaf.readiness_flags,
            reliability_bps: leaf.reliability_bps,
        };
        let instruction =
            instructions::registry::apply_device_leaf(&ctx.payer_wallet()?, &address, args);
        Write::new(
            format!(
                "Apply the device report of hour {} to device {address}",
                proof.hour
            ),
            instruction,
        )
        .effect("status", u64::from(leaf.status))
        .effect("connectivity_tier", leaf.connectivity_tier)
        .effect("supplier_tier", leaf.supplier_tier)
        .effect("reliability", Cell::Bps(leaf.reliability_bps.into()))
        .run(ctx, |ctx| {
            let device: Device = accounts::fetch(&ctx.chain, &address)?;
            let class = class_of(ctx, device.class)?;
            Ok(record(&address, &device, class.as_ref()))
        })
    }
}
