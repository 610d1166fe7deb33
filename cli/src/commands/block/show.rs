//! `ion block show`.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::{block::BlockState, units::HOUR};
use rewards::state::{Block, PoolTotals};

use crate::{
    amount::Amount,
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Arguments of `block show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion block show 494520 --output json")]
pub struct ShowArgs {
    /// Hour index: Unix time / 3600
    hour: u64,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let block = find(ctx, self.hour)?;
        ctx.print(&record(&block));
        Ok(())
    }
}

/// The block of an hour.
///
/// Errors: rpc; program when there is none.
pub fn find(ctx: &Context, hour: u64) -> Outcome<Block> {
    accounts::find(&ctx.chain, &addresses::rewards::block(hour))?.ok_or_else(|| {
        Failure::chain(
            "the block was not found",
            format!("hour {hour} is not released, lies before the start, or its account is closed"),
        )
        .next("ion block list shows the latest blocks")
    })
}

/// First second of the block's hour.
pub fn starts_at(block: &Block) -> Cell {
    i64::try_from(block.hour)
        .ok()
        .and_then(|hour| hour.checked_mul(HOUR))
        .map_or(Cell::Nothing, Cell::Time)
}

/// Name of the block's state.
pub fn state_name(block: &Block) -> &'static str {
    match BlockState::from_code(block.state) {
        Ok(BlockState::Processing) => "processing",
        Ok(BlockState::Completed) => "completed",
        Ok(BlockState::Failed) => "failed",
        Ok(BlockState::Final) => "final",
        Ok(BlockState::Exhausted) => "exhausted",
        Err(_) => "unknown",
    }
}

fn pool(amount_io: u64, totals: &PoolTotals) -> Record {
    Record::new()
        .with("pool", Amount::io(amount_io))
        .with("base_sum", totals.base_sum)
        .with("paid_devices", totals.paid_devices)
        .with("allocated", Amount::io(totals.allocated_io))
}

/// A block as a record.
pub fn record(block: &Block) -> Record {
    let hash = |bytes: &[u8; 32]| {
        if *bytes == [0; 32] {
            Cell::Nothing
        } else {
            hex::encode(bytes).into()
        }
    };
    Record::new()
        .with("hour", block.hour)
        .with("starts_at", starts_at(block))
        .with("block", addresses::rewards::block(block.hour))
        .with("state", state_name(block))
        .with("released_at", Cell::time_or_nothing(block.released_at))
        .with("settled_at", Cell::time_or_nothing(block.settled_at))
        .with("emission", Amount::io(block.emission_io))
        .with("safety_share", Amount::io(block.safety_io))
        .with("enterprise", pool(block.enterprise_io, &block.enterprise))
        .with("community", pool(block.community_io, &block.community))
        .with("nominated", block.counts.nominated)
        .with("succeeded", block.counts.succeeded)
        .with("failed", block.counts.failed)
        .with("verified_cpus", block.counts.verified_cpus)
        .with("verified_gpus", block.counts.verified_gpus)
        .with("to_the_reward_vault", Amount::io(block.unallocated_io))
        .with(
            "allocated_by_all_blocks_so_far",
            Amount::io(block.cumulative_allocated_io),
        )
        .with("report", hash(&block.report))
        .with("device_list", hash(&block.device_list))
        .with("evidence", hash(&block.bundle))
}
