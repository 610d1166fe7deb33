//! What a co-staker may expect per block, as far as the chain's blocks say (economics §4.1).
//!
//! Per completed block of the last seven days: the reward that the device would have had by that
//! block's pool and weights with its present class, size and tier, idle; their average, of it the
//! share. A device below tier 1 or of a withdrawn class earns nothing.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
};

use ion_economics::{block::BlockState, reward::score::Weights};
use ion_report::{EstimatedDevice, PastBlock, estimate_per_block};
use registry::state::{Device, ProcessorClass};
use rewards::state::Block;

use crate::{
    amount::Amount,
    commands::{block, device::show::class_of},
    context::Context,
    failure::Outcome,
    output::{Cell, Record},
};

/// Blocks the average is over.
const BLOCKS: u64 = ion_report::ESTIMATE_BLOCKS;
/// How the estimate is computed.
pub const FORMULA: &str = "floor(average over completed blocks of pool x score / max(sum of scores, score) x share / 100 %), idle, with the present class, size and tier";
/// Window of the average.
pub const WINDOW: &str = "the last 168 blocks (7 days)";
/// The estimate while there are no blocks.
pub const NONE_YET: &str = "not available: no blocks yet";

/// The blocks of the window.
pub struct Estimator {
    blocks: Vec<Block>,
    classes: RefCell<BTreeMap<u16, Option<ProcessorClass>>>,
    now: i64,
}

impl Estimator {
    /// Reads the blocks of the window.
    ///
    /// Errors: rpc.
    pub fn load(ctx: &Context) -> Outcome<Self> {
        let blocks = block::latest(ctx, BLOCKS)?
            .into_iter()
            .filter(|block| BlockState::from_code(block.state) == Ok(BlockState::Completed))
            .collect();
        Ok(Self {
            blocks,
            classes: RefCell::default(),
            now: ctx.now()?,
        })
    }

    /// The co-staker's part per block on average, IO base units; `None` without blocks.
    fn per_block_io(&self, device: &Device, class: &ProcessorClass, share_bps: u16) -> Option<u64> {
        let blocks: Vec<PastBlock> = self.blocks.iter().map(past).collect();
        let device = EstimatedDevice {
            pool: class.pool,
            mult_fp: class.reward_multiplier(self.now),
            qty: device.qty,
            tier: device.connectivity_tier,
        };
        estimate_per_block(&blocks, &device, share_bps)
    }

    /// The estimate of one offer.
    ///
    /// Errors: rpc.
    pub fn cell(&self, ctx: &Context, device: &Device, share_bps: u16) -> Outcome<Cell> {
        let mut classes = self.classes.borrow_mut();
        let class = match classes.entry(device.class) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(open) => open.insert(class_of(ctx, device.class)?),
        };
        Ok(class
            .as_ref()
            .and_then(|class| self.per_block_io(device, class, share_bps))
            .map_or_else(|| NONE_YET.into(), |amount| Amount::io(amount).into()))
    }

    /// Formula and window alone.
    pub fn explained(&self) -> Record {
        Record::new()
            .with("formula", FORMULA)
            .with("window", WINDOW)
            .with("completed_blocks", self.blocks.len() as u64)
    }
}

fn past(block: &Block) -> PastBlock {
    PastBlock {
        enterprise_io: block.enterprise_io,
        community_io: block.community_io,
        weights: Weights {
            tier: block.weights.tier,
            hardware: block.weights.hardware,
            hired: block.weights.hired,
        },
        enterprise_base_sum: block.enterprise.base_sum,
        community_base_sum: block.community.base_sum,
    }
}

/// The explanation in the help of commands that show the estimate.
pub const HELP: &str = "Estimate: per block, floor(average reward of the device per block x share / 100 %), averaged over
the completed blocks of the last 168 blocks (7 days), as if idle and with the present class, size and tier.
It is no promise. While the chain has no completed block, it says \"not available: no blocks yet\".";
