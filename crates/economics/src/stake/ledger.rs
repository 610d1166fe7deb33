//! The book of one device's stake and its operations (economics §3.2, §3.3, §13.2).
//!
//! Mechanism: every operation first brings `underfunded_since` up to the present (a wait or a grace
//! may have ended since the last touch), then checks its guards, moves principal, and stamps or
//! clears `underfunded_since` again. Place of use: the staking program's instructions. Invariant:
//! the owner's principal is either active or cooling, at most one position is active, and the sum
//! of all principal changes by exactly the amount that enters or leaves the vault.

use super::{
    exit, DayBuckets, OwnerStatus, OwnerTranche, Position, PositionInput, PositionState,
    StakeResult, StakeRuleError, View, CO_SLOTS,
};
use crate::{
    math::MathResult,
    units::{Io, UnixSeconds},
};

/// The book of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The owner's tranche.
    pub owner: OwnerTranche,
    /// Co-staking positions.
    pub positions: [Position; CO_SLOTS],
    /// Overflow the owner took out lately.
    pub buckets: DayBuckets,
    /// Since when counted stake has been above 0 and below the requirement.
    pub underfunded_since: Option<UnixSeconds>,
    /// Last operation on the book.
    pub touched_at: UnixSeconds,
}

impl Ledger {
    /// The book of a device nobody has staked on.
    pub const EMPTY: Self = Self {
        owner: OwnerTranche {
            active: Io::ZERO,
            cooling: Io::ZERO,
            cooldown_starts_at: UnixSeconds::new(0),
            cooldown_ends_at: UnixSeconds::new(0),
            restored: Io::ZERO,
        },
        positions: [Position::EMPTY; CO_SLOTS],
        buckets: DayBuckets::EMPTY,
        underfunded_since: None,
        touched_at: UnixSeconds::new(0),
    };

    /// `T_elig = O_act + C_act + C_wait` at `now`: counted for rewards, hire and offers.
    pub fn eligible(&self, now: UnixSeconds) -> MathResult<Io> {
        self.positions
            .iter()
            .try_fold(self.owner.active, |sum, position| {
                sum.checked_add(position.eligible(now))
            })
    }

    /// `C_act`: principal of the active position.
    pub fn co_active(&self) -> MathResult<Io> {
        self.positions
            .iter()
            .filter(|position| position.state == PositionState::Active)
            .try_fold(Io::ZERO, |sum, position| sum.checked_add(position.amount))
    }

    /// `T_free = O_act + C_act`: counted for overflow.
    pub fn free(&self) -> MathResult<Io> {
        self.owner.active.checked_add(self.co_active()?)
    }

    /// All principal in the vault by this book: both owner parts, restored balance, positions.
    pub fn principal(&self) -> MathResult<Io> {
        let owner = self
            .owner
            .active
            .checked_add(self.owner.cooling)?
            .checked_add(self.owner.restored)?;
        self.positions
            .iter()
            .try_fold(owner, |sum, position| sum.checked_add(position.amount))
    }

    /// `over = max(0, min(T_free − required, O_act − (required − co_cap)))`: what the owner may take
    /// at once. The second term keeps the owner's own part in place.
    pub fn overflow(&self, required: Io, co_cap: Io) -> MathResult<Io> {
        let own_part = required.checked_sub(co_cap)?;
        // An amount below its floor is no overflow: the rule's max(0, …).
        let free = self.free()?.checked_sub(required).unwrap_or(Io::ZERO);
        let own = self.owner.active.checked_sub(own_part).unwrap_or(Io::ZERO);
        Ok(free.min(own))
    }

    /// The position that came from offer `seq`.
    pub fn position(&self, seq: u64) -> Option<&Position> {
        self.positions
            .iter()
            .find(|position| position.state != PositionState::Empty && position.seq == seq)
    }

    /// Whether a position is active.
    pub fn has_active_position(&self) -> bool {
        self.positions
            .iter()
            .any(|position| position.state == PositionState::Active)
    }

    /// Whether nothing of the owner is in the vault.
    pub fn is_owner_gone(&self) -> bool {
        self.owner.active == Io::ZERO
            && self.owner.cooling == Io::ZERO
            && self.owner.restored == Io::ZERO
    }

    /// State of the owner's tranche at the instant of the view.
    pub fn owner_status(&self, view: &View) -> StakeResult<OwnerStatus> {
        if self.owner.cooling > Io::ZERO {
            return Ok(if view.now >= self.owner.cooldown_ends_at {
                OwnerStatus::Withdrawable
            } else {
                OwnerStatus::Cooldown(self.owner.cooldown_ends_at)
            });
        }
        if self.owner.active == Io::ZERO {
            return Ok(OwnerStatus::None);
        }
        Ok(match self.caught_up(view)?.underfunded_since {
            Some(since) => OwnerStatus::Underfunded(since),
            None => OwnerStatus::Sufficient,
        })
    }

    /// Checks what must hold after every operation.
    pub fn invariant(&self) -> StakeResult<()> {
        let active = self
            .positions
            .iter()
            .filter(|position| position.state == PositionState::Active)
            .count();
        let one_tranche = self.owner.active == Io::ZERO || self.owner.cooling == Io::ZERO;
        let empties_are_empty = self.positions.iter().all(|position| match position.state {
            PositionState::Empty | PositionState::Zeroed => position.amount == Io::ZERO,
            PositionState::Active | PositionState::Wait | PositionState::Cooldown => {
                position.amount > Io::ZERO
            }
        });
        self.principal()?;
        if active <= 1 && one_tranche && empties_are_empty {
            Ok(())
        } else {
            Err(StakeRuleError::BrokenLedger)
        }
    }

    fn is_short(&self, at: UnixSeconds, required: Io) -> MathResult<bool> {
        let counted = self.eligible(at)?;
        Ok(counted > Io::ZERO && counted < required)
    }

    /// Latest instant in `(touched_at, before)` at which a wait or a grace ended.
    fn last_change(&self, view: &View, before: UnixSeconds) -> Option<UnixSeconds> {
        let waits = self
            .positions
            .iter()
            .filter(|position| position.state == PositionState::Wait)
            .map(|position| position.cooldown_starts_at);
        let graces = view
            .requirement
            .changes
            .iter()
            .flatten()
            .map(|change| change.at);
        waits
            .chain(graces)
            .filter(|at| *at > self.touched_at && *at < before)
            .max()
    }

    /// Brings `underfunded_since` to the present without moving principal.
    ///
    /// Walks back from now over the ends of waits and graces since the last touch, as long as the
    /// device was short in between: the start of that run is the time of the rule that made it so.
    #[inline(never)]
    pub fn caught_up(&self, view: &View) -> StakeResult<Self> {
        let mut next = *self;
        next.touched_at = view.now;
        if !self.is_short(view.now, view.requirement.current)? {
            next.underfunded_since = None;
            return Ok(next);
        }
        // `before` is exclusive, so a change at this very second is found first.
        let mut before = view.now.checked_add(1)?;
        let mut since = None;
        while let Some(change) = self.last_change(view, before) {
            since = Some(change);
            let earlier = UnixSeconds::new(change.get().saturating_sub(1)); // clamp: times are ≥ 0
            if !self.is_short(earlier, view.requirement.at(earlier))? {
                next.underfunded_since = since;
                return Ok(next);
            }
            before = change;
        }
        next.underfunded_since = self.underfunded_since.or(since).or(Some(view.now));
        Ok(next)
    }

    /// Stamps or clears `underfunded_since` after an effect at the instant of the view.
    #[inline(never)]
    pub(super) fn stamped(mut self, view: &View) -> StakeResult<Self> {
        self.underfunded_since = if self.is_short(view.now, view.requirement.current)? {
            self.underfunded_since.or(Some(view.now))
        } else {
            None
        };
        self.invariant()?;
        Ok(self)
    }

    /// `stake`: the owner's side deposits `amount`.
    #[inline(never)]
    pub fn stake(&self, amount: Io, view: &View) -> StakeResult<Self> {
        if amount < view.params.min_topup {
            return Err(StakeRuleError::AmountBelowMinimum);
        }
        if self.owner.cooling > Io::ZERO {
            return Err(StakeRuleError::StakeCooling);
        }
        if view.device.is_terminated {
            return Err(StakeRuleError::DeviceTerminated);
        }
        if view.device.is_class_withdrawn {
            return Err(StakeRuleError::ClassWithdrawn);
        }
        let mut next = self.caught_up(view)?;
        next.owner.active = next.owner.active.checked_add(amount)?;
        next.buckets = next.buckets.deposited(amount, view.now)?;
        next.stamped(view)
    }

    /// `withdraw_overflow`: the owner takes `amount` of what is above the requirement.
    #[inline(never)]
    pub fn withdraw_overflow(&self, amount: Io, view: &View) -> StakeResult<Self> {
        if amount == Io::ZERO {
            return Err(StakeRuleError::ZeroAmount);
        }
        if view.device.is_blocked {
            return Err(StakeRuleError::DeviceBlocked);
        }
        if amount > self.overflow(view.requirement.current, view.co_cap)? {
            return Err(StakeRuleError::ExceedsOverflow);
        }
        let mut next = self.caught_up(view)?;
        next.owner.active = next.owner.active.checked_sub(amount)?;
        next.buckets = next.buckets.withdrawn(amount, view.now)?;
        next.stamped(view)
    }

    /// `begin_unstake`: the whole stake leaves; every active and waiting position cools with it.
    ///
    /// Positions whose wait has passed keep the start and end stamped for them.
    #[inline(never)]
    pub fn begin_unstake(&self, has_open_offer: bool, view: &View) -> StakeResult<Self> {
        if self.owner.cooling > Io::ZERO {
            return Err(StakeRuleError::StakeCooling);
        }
        if self.owner.active == Io::ZERO {
            return Err(StakeRuleError::NothingStaked);
        }
        if view.device.is_hired {
            return Err(StakeRuleError::DeviceHired);
        }
        if has_open_offer {
            return Err(StakeRuleError::OfferOpen);
        }
        let cooldown = exit::owner(view).cooldown;
        let mut next = self.caught_up(view)?;
        next.owner.cooling = next.owner.active;
        next.owner.active = Io::ZERO;
        next.owner.cooldown_starts_at = view.now;
        next.owner.cooldown_ends_at = view.now.checked_add(cooldown)?;
        for position in &mut next.positions {
            if position.state != PositionState::Empty {
                *position = position.transition(PositionInput::OwnerLeaves(cooldown), view.now)?;
            }
        }
        next.stamped(view)
    }

    /// `withdraw`: pays the restored balance, and the cooled tranche once its cooldown is over.
    /// Returns the book and the amount that leaves.
    #[inline(never)]
    pub fn withdraw(&self, view: &View) -> StakeResult<(Self, Io)> {
        let is_cool = self.owner.cooling > Io::ZERO && view.now >= self.owner.cooldown_ends_at;
        let cooled = if is_cool {
            self.owner.cooling
        } else {
            Io::ZERO
        };
        let paid = cooled.checked_add(self.owner.restored)?;
        if paid == Io::ZERO {
            return Err(if self.owner.cooling > Io::ZERO {
                StakeRuleError::CooldownNotOver
            } else {
                StakeRuleError::NothingToWithdraw
            });
        }
        let mut next = self.caught_up(view)?;
        next.owner.restored = Io::ZERO;
        if is_cool {
            next.owner.cooling = Io::ZERO;
            next.owner.cooldown_starts_at = UnixSeconds::new(0);
            next.owner.cooldown_ends_at = UnixSeconds::new(0);
        }
        Ok((next.stamped(view)?, paid))
    }

    /// `refresh_stake`: settles passed waits and restamps.
    #[inline(never)]
    pub fn refresh(&self, view: &View) -> StakeResult<Self> {
        let mut next = self.caught_up(view)?;
        for position in &mut next.positions {
            if position.state == PositionState::Wait && view.now >= position.cooldown_starts_at {
                *position = position.transition(PositionInput::WaitOver, view.now)?;
            }
        }
        next.stamped(view)
    }

    /// Applies an input to the position of offer `seq`, refusing a sequence no slot holds.
    #[inline(never)]
    fn moved(&self, seq: u64, input: PositionInput, view: &View) -> StakeResult<Self> {
        let mut next = self.caught_up(view)?;
        let position = next
            .positions
            .iter_mut()
            .find(|position| position.state != PositionState::Empty && position.seq == seq)
            .ok_or(StakeRuleError::PositionNotFound)?;
        *position = position.transition(input, view.now)?;
        next.stamped(view)
    }

    /// Puts a new position into the first free slot; the guards are [`super::offer::accept`]'s.
    #[inline(never)]
    pub(super) fn filled(&self, fill: PositionInput, view: &View) -> StakeResult<Self> {
        let mut next = self.caught_up(view)?;
        let slot = next
            .positions
            .iter_mut()
            .find(|position| position.state == PositionState::Empty)
            .ok_or(StakeRuleError::NoFreeSlot)?;
        *slot = slot.transition(fill, view.now)?;
        next.stamped(view)
    }

    /// `co_unstake`: the co-staker of offer `seq` leaves, by the exit matrix.
    pub fn co_unstake(&self, seq: u64, view: &View) -> StakeResult<Self> {
        let since = self.caught_up(view)?.underfunded_since;
        let terms = exit::co_staker(view, since)?;
        self.moved(seq, PositionInput::Leave(terms), view)
    }

    /// `advance_exit`: the wait of position `seq` has passed.
    pub fn advance_exit(&self, seq: u64, view: &View) -> StakeResult<Self> {
        self.moved(seq, PositionInput::WaitOver, view)
    }

    /// `withdraw_position`: the principal of position `seq` is paid out and its slot freed.
    /// Returns the book and the amount that leaves.
    pub fn withdraw_position(&self, seq: u64, view: &View) -> StakeResult<(Self, Io)> {
        let paid = self
            .position(seq)
            .ok_or(StakeRuleError::PositionNotFound)?
            .amount;
        Ok((self.moved(seq, PositionInput::Withdraw, view)?, paid))
    }

    /// `close_position`: frees the slot of a position that a case slashed to 0.
    pub fn close_position(&self, seq: u64, view: &View) -> StakeResult<Self> {
        self.moved(seq, PositionInput::Close, view)
    }
}
