//! `ion ide prove`.

use clap::Args;
use ide::{
    ProveLeafArgs,
    state::{ClaimRecord, RootRing},
};
use ion_client::{
    accounts, addresses,
    instructions::ide::{open_claim, prove_leaf},
};
use registry::state::Device;

use super::tree;
use crate::{
    amount::Amount,
    commands::{case::evidence::StoreArgs, device::show::find},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Record,
    write::Write,
};

/// Levels of a tree up to which the proof fits one transaction with the record that may have to be
/// created before it; above, the record is created by itself first.
const LEVELS_TOGETHER: usize = 16;

/// Arguments of `ide prove`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion ide prove 7Xw... --store .ion/objects\n  ion ide prove 7Xw... --party 5Yc... --newest   # at a root that can still be vetoed\n\nProves what the payout tree says of a device and party; \"ion ide claim\" pays it. A proof at a newer root is needed once that root has matured."
)]
pub struct ProveArgs {
    /// Device id or address
    device: String,

    /// Owner of the device or co-staker on it [default: the signing key's]
    #[arg(long)]
    party: Option<String>,

    /// Prove at the newest root, though it has not matured yet
    #[arg(long)]
    newest: bool,

    #[command(flatten)]
    store: StoreArgs,
}

impl ProveArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (device, _): (_, Device) = find(ctx, &self.device)?;
        let party = match &self.party {
            Some(text) => parse_key(text, "party")?,
            None => ctx.wallet()?,
        };
        let store = self.store.required()?;
        let roots: RootRing = accounts::fetch(&ctx.chain, &addresses::ide::roots())?;
        let now = ctx.now()?;
        let root = if self.newest {
            roots.ring.newest_accepted()
        } else {
            roots.ring.newest_matured(now)
        };
        let Some(root) = root.copied() else {
            let next = match roots.ring.newest_accepted() {
                Some(root) => format!(
                    "the next root matures {}; --newest proves at it now",
                    crate::time::show_time(root.mature_at)
                ),
                None => "roots are accepted once a day".to_owned(),
            };
            return Err(
                Failure::chain("nothing can be proven yet", "no root has matured").next(next),
            );
        };
        let report = tree::load(store.as_ref(), &root)?;
        let Some((index, row, siblings)) = report.proof(&device.to_bytes(), &party.to_bytes())
        else {
            return Err(Failure::chain(
                "there is no such leaf",
                format!("{party} never earned with device {device}"),
            ));
        };
        let record = addresses::ide::claim(&device, &party);
        let is_open = accounts::find::<ClaimRecord>(&ctx.chain, &record)?.is_some();
        let open = (!is_open)
            .then(|| ctx.payer_wallet())
            .transpose()?
            .map(|payer| open_claim(&payer, &device, &party));
        let is_deep = siblings.len() > LEVELS_TOGETHER;
        let prove = prove_leaf(
            &device,
            &party,
            ProveLeafArgs {
                root_seq: root.seq,
                index,
                lifetime_io: row.lifetime_io,
                lifetime_usdc: row.lifetime_usdc,
                arrears_usd_micros: row.arrears_usd_micros,
                siblings,
            },
        );
        let intent = format!("Prove what device {device} has earned from the engine");
        let write = match open {
            Some(open) if is_deep => {
                Write::new("Create the record of the device's payouts", open).carry_out(ctx)?;
                Write::new(intent, prove)
            }
            Some(open) => Write::new(intent, open).and(prove),
            None => Write::new(intent, prove),
        };
        write
            .effect("party", party)
            .effect("root", root.seq)
            .effect("io_ever", Amount::io(row.lifetime_io))
            .effect("usdc_ever", Amount::usdc(row.lifetime_usdc))
            .effect("arrears", Amount::usd(row.arrears_usd_micros))
            .run(ctx, move |ctx| {
                let proven: ClaimRecord = accounts::fetch(&ctx.chain, &record)?;
                Ok(Record::new()
                    .with("record", record)
                    .with("newest_root", proven.ledger.newest.seq)
                    .with("matured_root", proven.ledger.matured.seq)
                    .with("io_ever", Amount::io(proven.ledger.newest.lifetime_io))
                    .with("claimed_io", Amount::io(proven.ledger.claimed_io)))
            })
    }
}
