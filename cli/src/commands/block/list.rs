//! `ion block list`.

use clap::Args;
use ion_client::{accounts, addresses, send::Chain};
use ion_economics::block::BlockState;
use rewards::state::{Block, Emission};
use solana_pubkey::Pubkey;

use super::show;
use crate::{
    amount::Amount,
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Accounts of one call to the node.
const CHUNK: usize = 100;

/// Arguments of `block list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion block list\n  ion block list --last 168 --output csv\n  ion block list --state completed"
)]
pub struct ListArgs {
    /// How many of the latest blocks
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=2048))]
    last: u16,

    /// Only blocks in this state: processing, completed, failed, final, exhausted
    #[arg(long)]
    state: Option<String>,
}

impl ListArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let emission: Emission = accounts::fetch(&ctx.chain, &addresses::rewards::emission())?;
        let blocks = latest(ctx, self.last.into())?;
        let rows: Vec<Record> = blocks
            .iter()
            .filter(|block| {
                self.state
                    .as_ref()
                    .is_none_or(|wanted| show::state_name(block) == *wanted)
            })
            .map(line)
            .collect();
        ctx.print(
            &Record::new()
                .with("next_hour", emission.next_hour)
                .with("next_to_complete", emission.next_final_hour)
                .with("released", Amount::io(emission.released_io))
                .with("allocated", Amount::io(emission.allocated_io))
                .with("claimed", Amount::io(emission.claimed_io))
                .with("count", rows.len() as u64)
                .with("blocks", rows),
        );
        Ok(())
    }
}

/// The latest released blocks that still have their account, the newest first; none on a cluster
/// without a schedule.
///
/// Errors: rpc.
pub fn latest(ctx: &Context, count: u64) -> Outcome<Vec<Block>> {
    let found: Option<Emission> = accounts::find(&ctx.chain, &addresses::rewards::emission())?;
    let Some(emission) = found else {
        return Ok(Vec::new());
    };
    let first = emission
        .next_hour
        .saturating_sub(count)
        .max(emission.start_hour);
    let keys: Vec<Pubkey> = (first..emission.next_hour)
        .rev()
        .map(addresses::rewards::block)
        .collect();
    let mut blocks = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNK) {
        for (key, account) in chunk.iter().zip(ctx.chain.accounts(chunk)?) {
            if let Some(account) = account {
                blocks.push(accounts::decode(key, &account)?);
            }
        }
    }
    Ok(blocks)
}

fn line(block: &Block) -> Record {
    let is_summarised =
        BlockState::from_code(block.state).is_ok_and(|state| state == BlockState::Completed);
    let summed = |count: u32| {
        if is_summarised {
            Cell::Count(count.into())
        } else {
            Cell::Nothing
        }
    };
    let allocated = block
        .enterprise
        .allocated_io
        .saturating_add(block.community.allocated_io);
    Record::new()
        .with("hour", block.hour)
        .with("starts_at", show::starts_at(block))
        .with("state", show::state_name(block))
        .with("emission", Amount::io(block.emission_io))
        .with("nominated", summed(block.counts.nominated))
        .with("succeeded", summed(block.counts.succeeded))
        .with("failed", summed(block.counts.failed))
        .with("allocated", Amount::io(allocated))
        .with("unallocated", Amount::io(block.unallocated_io))
}
