//! Stake of a device: requirement, ledger of both parties, exits and co-staking offers
//! (economics §3, §4, §13.2, §13.3).
//!
//! Mechanism: the owner of a device holds one tranche of principal, co-stakers hold up to
//! [`CO_SLOTS`] positions beside it. [`Ledger`] is that book; each operation takes the book and a
//! [`View`] of the device, its class and the parameters at one instant and returns the next book.
//! [`offer`] says which offers may be made and taken, [`exit`] how long each party waits.
//! Place of use: every instruction of the staking program, the check before a hire, the command
//! line's previews, the model tests. Invariant: no operation creates or loses a base unit, no
//! party's principal pays for another's, and at most one position is `Active`.

pub mod buckets;
pub mod exit;
pub mod ledger;
pub mod offer;
pub mod owner;
pub mod position;
pub mod requirement;
pub mod seizure;
#[cfg(test)]
mod tests;

pub use buckets::{DayBuckets, BUCKET_DAYS};
pub use exit::ExitTerms;
pub use ledger::Ledger;
pub use owner::{OwnerStatus, OwnerTranche};
pub use position::{Position, PositionInput, PositionState, PositionStatus};
pub use requirement::{co_cap, required, RequirementChange, RequirementLine};
pub use seizure::RestoredTo;

use crate::{
    math::MathError,
    units::{Bps, Io, UnixSeconds, BPS_ONE},
};

/// Live positions a device can hold at a time (economics §4.1).
pub const CO_SLOTS: usize = 4;

/// Why a stake rule refuses an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StakeRuleError {
    /// An arithmetic step has no result.
    Math(MathError),
    /// The deposit is below `min_topup`.
    AmountBelowMinimum,
    /// An amount of zero was asked for.
    ZeroAmount,
    /// The owner's principal is cooling: no new stake before its withdrawal.
    StakeCooling,
    /// The device is terminated.
    DeviceTerminated,
    /// The device is blocked.
    DeviceBlocked,
    /// The device is hired.
    DeviceHired,
    /// The device is not `Up`.
    DeviceNotUp,
    /// The class has multiplier 0.
    ClassWithdrawn,
    /// The amount is above what the owner may take at once.
    ExceedsOverflow,
    /// The owner has no active principal.
    NothingStaked,
    /// An offer of the device is open.
    OfferOpen,
    /// The cooldown has not ended.
    CooldownNotOver,
    /// Nothing is withdrawable.
    NothingToWithdraw,
    /// Counted stake is below the requirement.
    BelowRequirement,
    /// A position of the device is `Active` already.
    PositionActive,
    /// The offered amount is below `min_offer`.
    OfferBelowMinimum,
    /// The offered amount is above the co-stake cap.
    OfferAboveCap,
    /// The share is outside `min_share_bps..=max_share_bps`.
    ShareOutOfRange,
    /// The offer's lifetime is over.
    OfferExpired,
    /// The terms named are not the terms of the offer.
    TermsMismatch,
    /// The co-staker's wallet belongs to the supply side of the device.
    SelfCoStake,
    /// All position slots of the device are taken.
    NoFreeSlot,
    /// The wallet holds as many live positions as it may.
    TooManyPositions,
    /// The offer is still good, so only its maker may take it back.
    OfferStillValid,
    /// No slot holds a position of that sequence.
    PositionNotFound,
    /// The position is not `Active`.
    PositionNotActive,
    /// The position is not in `Wait`.
    PositionNotWaiting,
    /// The waiting period has not ended.
    WaitNotOver,
    /// The position still holds principal.
    PositionNotEmpty,
    /// The book contradicts itself.
    BrokenLedger,
}

impl From<MathError> for StakeRuleError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Result of a stake rule.
pub type StakeResult<T> = Result<T, StakeRuleError>;

/// What the stake rules need to know of a device and its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Status is `Up`.
    pub is_up: bool,
    /// Status is `Blocked`.
    pub is_blocked: bool,
    /// Status is `Terminated`.
    pub is_terminated: bool,
    /// A booking holds the device.
    pub is_hired: bool,
    /// The reward multiplier of the class is 0.
    pub is_class_withdrawn: bool,
}

/// Parameters of economics §12 that the stake rules read; durations in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeParams {
    /// Smallest deposit.
    pub min_topup: Io,
    /// Smallest offered amount.
    pub min_offer: Io,
    /// Cooldown of principal that leaves.
    pub cooldown: i64,
    /// Wait of a co-staker before the cooldown.
    pub wait_period: i64,
    /// Time the owner has to cover a shortfall.
    pub cure_period: i64,
    /// Longest cooldown on a withdrawn class.
    pub withdrawn_cooldown: i64,
    /// Smallest reward share of an offer, bps.
    pub min_share_bps: u16,
    /// Largest reward share of an offer, bps.
    pub max_share_bps: u16,
    /// Lifetime of an offer; 0 = it never expires.
    pub offer_ttl: i64,
    /// Live positions one wallet may hold.
    pub max_positions: u64,
}

/// The world as an operation sees it at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Chain time.
    pub now: UnixSeconds,
    /// Requirement of the device, with the changes already in force.
    pub requirement: RequirementLine,
    /// Largest co-stake at the requirement of now.
    pub co_cap: Io,
    /// Device and class.
    pub device: DeviceFacts,
    /// Parameters in force.
    pub params: StakeParams,
}

/// Splits the reward of a device-hour: `(co-staker, owner)`.
///
/// The co-staker's part rounds down, the owner takes the rest (economics §4.3, R03).
///
/// ```
/// use ion_economics::{stake::split_reward, units::{Bps, Io}};
/// let share = Bps::new(3_333).unwrap();
/// let (co, owner) = split_reward(Io::from_base_units(10), share).unwrap();
/// assert_eq!((co.base_units(), owner.base_units()), (3, 7));
/// ```
pub fn split_reward(reward: Io, share: Bps) -> StakeResult<(Io, Io)> {
    let co = crate::math::mul_div_floor(
        reward.base_units(),
        u64::from(share.get()),
        u64::from(BPS_ONE),
    )?;
    let co = Io::from_base_units(co);
    Ok((co, reward.checked_sub(co)?))
}
