//! `ion rewards show`.

use clap::Args;
use ion_client::{accounts, addresses};
use rewards::state::ClaimRecord;

use super::tree;
use crate::{
    amount::Amount,
    commands::case::evidence::StoreArgs,
    context::{Context, parse_key},
    failure::Outcome,
    output::{Cell, Record},
};

/// Arguments of `rewards show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion rewards show --store .ion/objects\n  ion rewards show --wallet 7Xw... --output json"
)]
pub struct ShowArgs {
    /// Owner of devices or co-staker [default: the signing key's]
    #[arg(long)]
    wallet: Option<String>,

    #[command(flatten)]
    store: StoreArgs,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let wallet = match &self.wallet {
            Some(text) => parse_key(text, "wallet")?,
            None => ctx.wallet()?,
        };
        let store = self.store.required()?;
        let ring = tree::roots(ctx)?;
        let now = ctx.now()?;
        let (newest, matured) = (tree::newest(&ring), tree::matured(&ring, now));
        let newest_tree = newest
            .as_ref()
            .map(|root| tree::load(store.as_ref(), root))
            .transpose()?;
        let matured_tree = match (&newest, &matured) {
            (Some(new), Some(old)) if new.seq == old.seq => None,
            (_, Some(old)) => Some(tree::load(store.as_ref(), old)?),
            (_, None) => None,
        };
        let paying = matured_tree
            .as_ref()
            .or(newest_tree.as_ref().filter(|_| matured.is_some()));
        let party = wallet.to_bytes();
        let mut rows = Vec::new();
        let devices = newest_tree
            .as_ref()
            .map(|report| tree::devices_of(report, &wallet))
            .unwrap_or_default();
        let (mut earned_sum, mut claimable_sum) = (0_u64, 0_u64);
        for device in devices {
            let of = |report: &ion_report::RootReport| {
                report
                    .bundle
                    .lifetimes
                    .find(&device.to_bytes(), &party)
                    .map_or(0, |(_, row)| row.earned_io)
            };
            let earned = newest_tree.as_ref().map_or(0, of);
            let payable = paying.map_or(0, of);
            let record: Option<ClaimRecord> = accounts::find(
                &ctx.chain,
                &addresses::rewards::claim_record(&device, &wallet),
            )?;
            let (claimed, held) = record.as_ref().map_or((0, 0), |record| {
                (record.ledger.claimed_io, record.ledger.forfeited_io)
            });
            // Clamped at 0 as the claim itself.
            let claimable = payable.saturating_sub(claimed).saturating_sub(held);
            earned_sum = earned_sum.saturating_add(earned);
            claimable_sum = claimable_sum.saturating_add(claimable);
            rows.push(
                Record::new()
                    .with("device", device)
                    .with("earned", Amount::io(earned))
                    .with("claimed", Amount::io(claimed))
                    .with("held_by_cases", Amount::io(held))
                    .with("claimable", Amount::io(claimable)),
            );
        }
        let until = newest
            .as_ref()
            .and_then(|root| tree::waits_until(root, now));
        ctx.print(
            &Record::new()
                .with("wallet", wallet)
                .with("earned", Amount::io(earned_sum))
                .with("claimable", Amount::io(claimable_sum))
                .with(
                    "through_hour",
                    newest.map_or(Cell::Nothing, |root| Cell::Count(root.through)),
                )
                .with(
                    "rest_is_claimable_from",
                    until.map_or(Cell::Nothing, Cell::Time),
                )
                .with("count", rows.len() as u64)
                .with("devices", rows),
        );
        Ok(())
    }
}
