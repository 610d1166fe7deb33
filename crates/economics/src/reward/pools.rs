//! Split of an hour's emission and of a pool over its devices (economics §7.4, §4.3).

use super::{RewardError, RewardResult};
use crate::{
    math::{mul_div_floor, MathError},
    stake::{split_reward, StakeRuleError},
    units::{Bps, Io, BPS_ONE},
};

/// Pool that pays a device; the codes are those of a processor class.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RewardPool {
    /// Enterprise processors.
    Enterprise = 1,
    /// Community processors.
    Community = 2,
}

impl RewardPool {
    /// Both pools, in order.
    pub const ALL: [Self; 2] = [Self::Enterprise, Self::Community];

    /// The stored byte of the class.
    pub const fn code(self) -> u8 {
        match self {
            Self::Enterprise => 1,
            Self::Community => 2,
        }
    }

    /// From the stored byte of the class.
    ///
    /// Errors: [`RewardError::UnknownPool`], also for a class in no pool.
    pub const fn from_code(code: u8) -> RewardResult<Self> {
        match code {
            1 => Ok(Self::Enterprise),
            2 => Ok(Self::Community),
            _ => Err(RewardError::UnknownPool),
        }
    }
}

/// Parts of an hour's emission, IO base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pools {
    /// Safety share.
    pub safety: Io,
    /// Worker emission: the rest.
    pub worker: Io,
    /// Enterprise pool of the worker emission.
    pub enterprise: Io,
    /// Community pool: what the Enterprise pool leaves of it.
    pub community: Io,
}

impl Pools {
    /// `safety = floor(emission·safety_bps/10000)`, favouring devices (R06); of the rest the
    /// Enterprise pool rounds down and the Community pool takes the remainder (R04).
    ///
    /// Errors: [`RewardError::Math`], which shares of at most one rule out.
    pub fn split(emission: Io, safety_bps: Bps, enterprise_bps: Bps) -> RewardResult<Self> {
        let safety = share(emission, safety_bps)?;
        let worker = emission.checked_sub(safety)?;
        let enterprise = share(worker, enterprise_bps)?;
        Ok(Self {
            safety,
            worker,
            enterprise,
            community: worker.checked_sub(enterprise)?,
        })
    }

    /// The amount of one pool.
    pub const fn of(&self, pool: RewardPool) -> Io {
        match pool {
            RewardPool::Enterprise => self.enterprise,
            RewardPool::Community => self.community,
        }
    }
}

/// `floor(amount·bps/10000)`.
fn share(amount: Io, bps: Bps) -> RewardResult<Io> {
    let part = mul_div_floor(
        amount.base_units(),
        u64::from(bps.get()),
        u64::from(BPS_ONE),
    )?;
    Ok(Io::from_base_units(part))
}

/// One device's reward and its parties' parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The device's reward.
    pub reward: Io,
    /// The co-staker's part; 0 without an earning position.
    pub co: Io,
    /// The owner's part: the rest.
    pub owner: Io,
}

impl Share {
    /// `reward = floor(pool·base/Σbase)` (R05), of it the co-staker's part at `co_share`, rounded
    /// down (R03), the rest the owner's. `co_share` is the share of the position that was `Active`
    /// at the start and at the end of the hour, `None` when none was. Bound: both factors below
    /// 2^64, so the product fits u128.
    ///
    /// Errors: [`RewardError::ScoreAboveSum`]; [`RewardError::Math`].
    pub fn of(pool: Io, base: u64, base_sum: u64, co_share: Option<Bps>) -> RewardResult<Self> {
        if base > base_sum {
            return Err(RewardError::ScoreAboveSum);
        }
        let reward = if base == 0 {
            Io::ZERO
        } else {
            Io::from_base_units(mul_div_floor(pool.base_units(), base, base_sum)?)
        };
        let (co, owner) = match co_share {
            Some(share) => split_reward(reward, share).map_err(|error| match error {
                StakeRuleError::Math(error) => RewardError::Math(error),
                _ => RewardError::Math(MathError::Overflow),
            })?,
            None => (Io::ZERO, reward),
        };
        Ok(Self { reward, co, owner })
    }
}

/// What one pool of an hour came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolResult {
    /// Sum of the scores of the paid devices.
    pub base_sum: u64,
    /// Devices that are paid.
    pub paid_devices: u32,
    /// Sum of the device rewards.
    pub allocated: Io,
}

impl PoolResult {
    /// Nobody paid.
    pub const EMPTY: Self = Self {
        base_sum: 0,
        paid_devices: 0,
        allocated: Io::ZERO,
    };

    /// Adds a succeeded device's score; first pass over the devices of a pool.
    ///
    /// Errors: [`RewardError::Math`].
    pub fn add_device(&mut self, base: u64) -> RewardResult<()> {
        self.base_sum = self.base_sum.checked_add(base).ok_or(MathError::Overflow)?;
        self.paid_devices = self
            .paid_devices
            .checked_add(1)
            .ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// A device's share of `pool`, counted as allocated; second pass, once per device.
    ///
    /// Errors: as [`Share::of`].
    pub fn pay(&mut self, pool: Io, base: u64, co_share: Option<Bps>) -> RewardResult<Share> {
        let share = Share::of(pool, base, self.base_sum, co_share)?;
        self.allocated = self.allocated.checked_add(share.reward)?;
        Ok(share)
    }
}

/// What of a pool is not allocated and goes to the reward vault, checked as economics §7.1 demands:
/// `0 ≤ pool − allocated < paid devices`, and nothing allocated when nobody is paid, so that an empty
/// pool goes there whole.
///
/// Errors: [`RewardError::AllocationAbovePool`], [`RewardError::AllocationBelowPool`].
///
/// ```
/// use ion_economics::{reward::unallocated, units::Io};
/// let io = Io::from_base_units;
/// assert_eq!(unallocated(io(100), io(98), 3), Ok(io(2)));
/// assert_eq!(unallocated(io(100), io(0), 0), Ok(io(100)));
/// assert!(unallocated(io(100), io(97), 3).is_err());
/// ```
pub fn unallocated(pool: Io, allocated: Io, paid_devices: u32) -> RewardResult<Io> {
    let rest = pool
        .checked_sub(allocated)
        .map_err(|_| RewardError::AllocationAbovePool)?;
    if paid_devices == 0 {
        return if allocated == Io::ZERO {
            Ok(rest)
        } else {
            Err(RewardError::AllocationAbovePool)
        };
    }
    if rest.base_units() < u64::from(paid_devices) {
        Ok(rest)
    } else {
        Err(RewardError::AllocationBelowPool)
    }
}
