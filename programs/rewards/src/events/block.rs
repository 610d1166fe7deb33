//! Events of an hourly block.

use anchor_lang::prelude::*;

use super::U64Change;
use crate::state::{DeviceCounts, PoolTotals, ScoreWeights};

/// The emission of an hour was minted; also the record of the schedule's progress.
#[event]
pub struct BlockReleased {
    /// The Block account.
    pub block: Pubkey,
    /// Who paid the rent.
    pub payer: Pubkey,
    /// Hour index.
    pub hour: u64,
    /// State by `ion_economics::block::BlockState`: 0 waits for its summary, 3 allowance of the
    /// engine, 4 after the schedule.
    pub state: u8,
    /// Emission, IO base units.
    pub emission_io: u64,
    /// Safety share, IO base units.
    pub safety_io: u64,
    /// Enterprise pool, IO base units.
    pub enterprise_io: u64,
    /// Community pool, IO base units.
    pub community_io: u64,
    /// Weights of the base score.
    pub weights: ScoreWeights,
    /// Account that received the emission.
    pub destination: Pubkey,
    /// Minted by the program since genesis, IO base units.
    pub released_io: U64Change,
    /// Event number of the block.
    pub seq: u64,
    /// Event number of the Emission account.
    pub emission_seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The attested summary divided a block over its devices.
#[event]
pub struct BlockCompleted {
    /// The Block account.
    pub block: Pubkey,
    /// Who sent the summary.
    pub actor: Pubkey,
    /// The poll that attests it.
    pub poll: Pubkey,
    /// Hour index.
    pub hour: u64,
    /// Devices of the hour.
    pub counts: DeviceCounts,
    /// The Enterprise pool.
    pub enterprise: PoolTotals,
    /// The Community pool.
    pub community: PoolTotals,
    /// Moved to the reward vault, IO base units.
    pub unallocated_io: u64,
    /// Allocated by all blocks up to this one, IO base units.
    pub cumulative_allocated_io: U64Change,
    /// Hash of the list of devices and their results.
    pub device_list: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
    /// Attested payload hash.
    pub report: [u8; 32],
    /// Event number of the block.
    pub seq: u64,
    /// Event number of the Emission account.
    pub emission_seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// No summary came in time: the worker emission went to the reward vault.
#[event]
pub struct BlockFailed {
    /// The Block account.
    pub block: Pubkey,
    /// Who ended the wait.
    pub actor: Pubkey,
    /// Hour index.
    pub hour: u64,
    /// Moved to the reward vault, IO base units.
    pub unallocated_io: u64,
    /// Allocated by all blocks up to this one, IO base units.
    pub cumulative_allocated_io: u64,
    /// Event number of the block.
    pub seq: u64,
    /// Event number of the Emission account.
    pub emission_seq: u64,
    /// Unix seconds.
    pub at: i64,
}

/// The rent of a block went back to its payer.
#[event]
pub struct BlockClosed {
    /// The Block account that was.
    pub block: Pubkey,
    /// Who closed it.
    pub actor: Pubkey,
    /// Who got the rent.
    pub payer: Pubkey,
    /// Hour index.
    pub hour: u64,
    /// Last state.
    pub state: u8,
    /// Event number of the block.
    pub seq: u64,
    /// Unix seconds.
    pub at: i64,
}
