//! What a co-staker may expect per block, as far as past blocks say (economics §4.1).
//!
//! Mechanism: per completed block the reward that the device would have had by that block's pool and
//! weights with its present class, size and tier, idle; their average, of it the share. A device below
//! tier 1 or of a withdrawn class earns nothing. Place of use: `ion offer`, the read API. Invariant:
//! rounded down, so an estimate never promises more than the past gives.

use ion_economics::{
    reward::{
        RewardPool, Share,
        score::{ScoreInput, Weights, base_score},
    },
    units::{Bps, Io},
};

/// Blocks that an estimate looks back: seven days.
pub const ESTIMATE_BLOCKS: u64 = 168;

/// What a completed block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastBlock {
    /// Enterprise pool, IO base units.
    pub enterprise_io: u64,
    /// Community pool, IO base units.
    pub community_io: u64,
    /// Weights of the base score.
    pub weights: Weights,
    /// Sum of the scores of the Enterprise pool.
    pub enterprise_base_sum: u64,
    /// Sum of the scores of the Community pool.
    pub community_base_sum: u64,
}

/// What counts of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimatedDevice {
    /// Pool of its class, as stored.
    pub pool: u8,
    /// Reward multiplier of its class.
    pub mult_fp: u32,
    /// Its processors.
    pub qty: u8,
    /// Its connectivity tier.
    pub tier: u8,
}

/// The co-staker's part per block on average, IO base units; `None` without blocks.
pub fn estimate_per_block(
    blocks: &[PastBlock],
    device: &EstimatedDevice,
    share_bps: u16,
) -> Option<u64> {
    let count = u64::try_from(blocks.len())
        .ok()
        .filter(|count| *count > 0)?;
    let share = Bps::new(share_bps)?;
    let sum = blocks
        .iter()
        .map(|block| of_block(block, device, share).unwrap_or(0))
        .fold(0_u64, u64::saturating_add);
    // floor: an estimate never promises more
    sum.checked_div(count)
}

fn of_block(block: &PastBlock, device: &EstimatedDevice, share: Bps) -> Option<u64> {
    if device.tier == 0 || device.mult_fp == 0 {
        return None;
    }
    let pool = RewardPool::from_code(device.pool).ok()?;
    let input = ScoreInput {
        tier: device.tier,
        mult_fp: device.mult_fp,
        qty: device.qty,
        is_hired: false,
    };
    let base = base_score(&block.weights, &input).ok()?;
    let (amount, base_sum) = match pool {
        RewardPool::Enterprise => (block.enterprise_io, block.enterprise_base_sum),
        RewardPool::Community => (block.community_io, block.community_base_sum),
    };
    let paid = Share::of(
        Io::from_base_units(amount),
        base,
        base_sum.max(base),
        Some(share),
    );
    paid.ok().map(|paid| paid.co.base_units())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: EstimatedDevice = EstimatedDevice {
        pool: 1,
        mult_fp: 10_000,
        qty: 1,
        tier: 3,
    };

    fn block(enterprise_io: u64) -> PastBlock {
        PastBlock {
            enterprise_io,
            community_io: 0,
            weights: Weights::DEFAULT,
            enterprise_base_sum: 0,
            community_base_sum: 0,
        }
    }

    #[test]
    fn estimate_is_the_floor_of_the_average_share() {
        // alone in the pool: all of it, a quarter of that, averaged over two blocks
        let blocks = [block(1_000), block(2_002)];
        assert_eq!(
            estimate_per_block(&blocks, &DEVICE, 2_500),
            Some((250 + 500) / 2)
        );
        assert_eq!(estimate_per_block(&[], &DEVICE, 2_500), None);
    }

    #[test]
    fn device_without_tier_or_of_a_withdrawn_class_earns_nothing() {
        let blocks = [block(1_000)];
        for device in [
            EstimatedDevice { tier: 0, ..DEVICE },
            EstimatedDevice {
                mult_fp: 0,
                ..DEVICE
            },
            EstimatedDevice { pool: 0, ..DEVICE },
        ] {
            assert_eq!(estimate_per_block(&blocks, &device, 2_500), Some(0));
        }
    }
}
