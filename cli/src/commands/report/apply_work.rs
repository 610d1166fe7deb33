//! `ion report apply-work`.

use booking::ApplyWorkLeafArgs;
use clap::Args;
use ion_client::instructions::booking as build;
use ion_economics::booking::MAX_LINES;

use super::proof::{ProofFile, WorkLeafFile};
use crate::{
    commands::booking::show::{find, state},
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Cell,
    write::Write,
};

/// Arguments of `report apply-work`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion report apply-work 0a1b2c... --proof leaf.json\n\nThe file: {\"hour\", \"root\", \"leaf_count\", \"bundle\", \"index\", \"siblings\", \"leaf\": {\"record_seq\", \"is_final\", \"served_minutes\"}}; hashes in hex"
)]
pub struct ApplyWorkArgs {
    /// Booking id (32 hex digits) or address
    booking: String,

    /// File with leaf and proof; - reads stdin
    #[arg(long, value_name = "FILE")]
    proof: String,

    /// Account of the oracle's price update; without it a record in USDC waits for its price
    #[arg(long, value_name = "KEY")]
    price_update: Option<String>,
}

impl ApplyWorkArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let proof = ProofFile::<WorkLeafFile>::read(&self.proof)?;
        let price_update = self
            .price_update
            .as_deref()
            .map(|text| parse_key(text, "account of the price update"))
            .transpose()?;
        let (address, booking) = find(ctx, &self.booking)?;
        let leaf = &proof.leaf;
        let mut served_minutes = [0; MAX_LINES];
        let slots = served_minutes
            .get_mut(..leaf.served_minutes.len())
            .ok_or_else(|| {
                Failure::usage(
                    "the leaf is not understood",
                    format!("it has more than {MAX_LINES} lines"),
                )
            })?;
        slots.copy_from_slice(&leaf.served_minutes);
        let args = ApplyWorkLeafArgs {
            hour: proof.hour,
            root: proof.root()?,
            leaf_count: proof.leaf_count,
            bundle: proof.bundle()?,
            record_seq: leaf.record_seq,
            is_final: leaf.is_final,
            served_minutes,
            index: proof.index,
            siblings: proof.siblings()?,
        };
        let instruction =
            build::apply_work_leaf(&ctx.payer_wallet()?, &address, price_update.as_ref(), args);
        let minutes = leaf.served_minutes.iter().map(u32::to_string).collect();
        Write::new(
            format!(
                "Record the work of hour {} in booking {}",
                proof.hour,
                hex::encode(booking.id)
            ),
            instruction,
        )
        .effect("record", leaf.record_seq)
        .effect("final", leaf.is_final)
        .effect("served_minutes_per_line", Cell::Texts(minutes))
        .effect("priced", price_update.is_some())
        .run(ctx, |ctx| state(ctx, &address))
    }
}
