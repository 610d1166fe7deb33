//! One hour of the schedule (economics §1.6, §6, §7.1).

use anchor_lang::prelude::*;
use ion_economics::{
    block::{transition, BlockInput, BlockState},
    math,
    reward::{unallocated, Pools},
    units::Io,
};
use ion_merkle::summary::PoolSummary;

use crate::error::RewardsError;

/// What one pool of a block came to.
#[derive(
    AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct PoolTotals {
    /// Sum of the base scores of the devices that are paid.
    pub base_sum: u64,
    /// Devices that are paid.
    pub paid_devices: u32,
    /// Sum of the device rewards, IO base units.
    pub allocated_io: u64,
}

impl PoolTotals {
    /// As the attested payload has it.
    pub const fn to_summary(self) -> PoolSummary {
        PoolSummary {
            base_sum: self.base_sum,
            paid_devices: self.paid_devices,
            allocated_io: self.allocated_io,
        }
    }
}

/// Weights of the base score (economics §7.3).
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreWeights {
    /// Weight of the connectivity tier.
    pub tier: u32,
    /// Weight of the hardware.
    pub hardware: u32,
    /// Weight of being hired.
    pub hired: u32,
}

/// Counts of the devices of an hour.
#[derive(
    AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct DeviceCounts {
    /// Devices that were nominated.
    pub nominated: u32,
    /// Nominated devices that succeeded.
    pub succeeded: u32,
    /// Nominated devices that failed.
    pub failed: u32,
    /// Verified processors of the CPU kind.
    pub verified_cpus: u32,
    /// Verified processors of the GPU kind.
    pub verified_gpus: u32,
}

/// Account at `["block", hour]`. Parameters of the hour are those in force at its release.
#[account]
#[derive(InitSpace, Debug)]
pub struct Block {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// `ion_economics::block::BlockState`.
    pub state: u8,
    /// Hour index.
    pub hour: u64,
    /// When it was released, Unix seconds.
    pub released_at: i64,
    /// When it was completed or failed, Unix seconds; 0 = not.
    pub settled_at: i64,
    /// Emission of the hour, IO base units.
    pub emission_io: u64,
    /// Safety share, IO base units.
    pub safety_io: u64,
    /// Enterprise pool, IO base units; 0 in mode `Ide`.
    pub enterprise_io: u64,
    /// Community pool, IO base units; 0 in mode `Ide`.
    pub community_io: u64,
    /// Weights of the base score.
    pub weights: ScoreWeights,
    /// Devices of the hour by the summary.
    pub counts: DeviceCounts,
    /// The Enterprise pool by the summary.
    pub enterprise: PoolTotals,
    /// The Community pool by the summary.
    pub community: PoolTotals,
    /// Moved to the reward vault at the settlement, IO base units.
    pub unallocated_io: u64,
    /// Allocated by all completed blocks up to this one, IO base units; 0 before the settlement.
    pub cumulative_allocated_io: u64,
    /// Payload hash of the applied summary; zeros = none.
    pub report: [u8; 32],
    /// Hash of the list of devices and their results.
    pub device_list: [u8; 32],
    /// Hash of the evidence bundle.
    pub bundle: [u8; 32],
    /// Who paid the rent and gets it back.
    pub payer: Pubkey,
    /// Number of the last event of this account.
    pub event_seq: u64,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () =
    assert!(Block::INIT_SPACE == 3 + 7 * 8 + 12 + 20 + 2 * 20 + 2 * 8 + 3 * 32 + 32 + 8 + 32);

impl Block {
    /// Bytes of the account, discriminator included.
    pub const SPACE: usize = Block::DISCRIMINATOR.len() + Block::INIT_SPACE;

    /// State by the rule's type.
    ///
    /// Errors: `CorruptBlock`.
    pub fn block_state(&self) -> Result<BlockState> {
        BlockState::from_code(self.state).map_err(|_| error!(RewardsError::CorruptBlock))
    }

    /// Worker emission: both pools, IO base units.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub fn worker_io(&self) -> Result<u64> {
        Ok(math::add(self.enterprise_io, self.community_io).map_err(RewardsError::from)?)
    }

    /// Stores the split of a block that pays by the tree.
    pub(crate) fn set_pools(&mut self, parts: &Pools) {
        self.safety_io = parts.safety.base_units();
        self.enterprise_io = parts.enterprise.base_units();
        self.community_io = parts.community.base_units();
    }

    /// Moves a waiting block on; the only place that assigns the state after the release.
    ///
    /// Errors: `BlockNotProcessing`, `CorruptBlock`.
    pub(crate) fn apply(&mut self, input: BlockInput, now: i64) -> Result<()> {
        let after = transition(self.block_state()?, input).map_err(RewardsError::from)?;
        self.state = after.code();
        self.settled_at = now;
        Ok(())
    }

    /// Applies what the pools came to; returns (allocated, left for the reward vault), which sum to
    /// the worker emission.
    ///
    /// Errors: `AllocationAbovePool`, `AllocationBelowPool`, `ArithmeticOverflow`.
    pub(crate) fn allocate(
        &mut self,
        enterprise: PoolTotals,
        community: PoolTotals,
    ) -> Result<(u64, u64)> {
        let mut left = 0_u64;
        for (pool_io, totals) in [
            (self.enterprise_io, enterprise),
            (self.community_io, community),
        ] {
            let rest = unallocated(
                Io::from_base_units(pool_io),
                Io::from_base_units(totals.allocated_io),
                totals.paid_devices,
            )
            .map_err(RewardsError::from)?;
            left = math::add(left, rest.base_units()).map_err(RewardsError::from)?;
        }
        self.enterprise = enterprise;
        self.community = community;
        self.unallocated_io = left;
        let allocated = math::add(enterprise.allocated_io, community.allocated_io)
            .map_err(RewardsError::from)?;
        Ok((allocated, left))
    }

    /// Advances the event counter and returns the new number.
    ///
    /// Errors: `ArithmeticOverflow`.
    pub(crate) fn next_event(&mut self) -> Result<u64> {
        self.event_seq = math::add(self.event_seq, 1).map_err(RewardsError::from)?;
        Ok(self.event_seq)
    }
}
