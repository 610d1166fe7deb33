//! One co-staking position of a device and its states (economics §13.3).
//!
//! Mechanism: a slot is empty or holds the position of one filled offer. `Wait` turns into
//! `Cooldown` by time alone; both ends are stamped when the exit begins, so no later parameter
//! change and no late crank moves them. [`Position::transition`] is the only code that assigns a
//! state.

use super::{ExitTerms, StakeResult, StakeRuleError};
use crate::{
    math::MathResult,
    units::{Bps, Io, UnixSeconds},
};

/// Stored state of a slot.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionState {
    /// No position.
    Empty = 0,
    /// Earns, counts for eligibility and overflow.
    Active = 1,
    /// Its holder is leaving: earns nothing, counts for eligibility until the wait ends.
    Wait = 2,
    /// Counts for nothing; withdrawable when the cooldown ends.
    Cooldown = 3,
    /// A slash case took all of it.
    Zeroed = 4,
}

impl PositionState {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Empty => 0,
            Self::Active => 1,
            Self::Wait => 2,
            Self::Cooldown => 3,
            Self::Zeroed => 4,
        }
    }
}

impl TryFrom<u8> for PositionState {
    type Error = StakeRuleError;

    fn try_from(value: u8) -> StakeResult<Self> {
        match value {
            0 => Ok(Self::Empty),
            1 => Ok(Self::Active),
            2 => Ok(Self::Wait),
            3 => Ok(Self::Cooldown),
            4 => Ok(Self::Zeroed),
            _ => Err(StakeRuleError::BrokenLedger),
        }
    }
}

/// State of a position as its holder sees it at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionStatus {
    /// The slot is empty.
    Empty,
    /// Active.
    Active,
    /// Waiting period, until this time.
    Waiting(UnixSeconds),
    /// Cooldown, until this time.
    Cooling(UnixSeconds),
    /// Can be paid out now.
    Withdrawable,
    /// Slashed to nothing.
    Zeroed,
}

/// What can happen to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionInput {
    /// A co-staker fills the offer `seq`.
    Fill {
        /// Sequence of the offer.
        seq: u64,
        /// Principal put in.
        amount: Io,
        /// Share of the device's block rewards.
        share: Bps,
    },
    /// The co-staker leaves.
    Leave(ExitTerms),
    /// The wait has passed.
    WaitOver,
    /// The owner leaves with the whole stake; the cooldown in seconds.
    OwnerLeaves(i64),
    /// The principal is paid out.
    Withdraw,
    /// A position without principal is put away.
    Close,
    /// A slash case takes a part of the principal.
    Seize(Io),
    /// A slash case gives back what it took.
    Restore(Io),
}

/// A position slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Sequence of the offer it came from; 0 in an empty slot.
    pub seq: u64,
    /// Principal.
    pub amount: Io,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// When the offer was filled.
    pub accepted_at: UnixSeconds,
    /// Stored state.
    pub state: PositionState,
    /// Start of the cooldown, the end of the wait; 0 while neither runs.
    pub cooldown_starts_at: UnixSeconds,
    /// End of the cooldown; 0 while none is stamped.
    pub cooldown_ends_at: UnixSeconds,
}

const NEVER: UnixSeconds = UnixSeconds::new(0);

impl Position {
    /// An empty slot.
    pub const EMPTY: Self = Self {
        seq: 0,
        amount: Io::ZERO,
        share_bps: 0,
        accepted_at: NEVER,
        state: PositionState::Empty,
        cooldown_starts_at: NEVER,
        cooldown_ends_at: NEVER,
    };

    /// The state in effect at `now`: a wait that has passed is a cooldown without any crank.
    pub fn effective(&self, now: UnixSeconds) -> PositionState {
        match self.state {
            PositionState::Wait if now >= self.cooldown_starts_at => PositionState::Cooldown,
            state => state,
        }
    }

    /// What the holder sees at `now`.
    pub fn status(&self, now: UnixSeconds) -> PositionStatus {
        match self.effective(now) {
            PositionState::Empty => PositionStatus::Empty,
            PositionState::Active => PositionStatus::Active,
            PositionState::Wait => PositionStatus::Waiting(self.cooldown_starts_at),
            PositionState::Cooldown if now >= self.cooldown_ends_at => PositionStatus::Withdrawable,
            PositionState::Cooldown => PositionStatus::Cooling(self.cooldown_ends_at),
            PositionState::Zeroed => PositionStatus::Zeroed,
        }
    }

    /// When the principal unlocks; `None` while no exit runs.
    pub fn unlocks_at(&self) -> Option<UnixSeconds> {
        match self.state {
            PositionState::Wait | PositionState::Cooldown => Some(self.cooldown_ends_at),
            PositionState::Empty | PositionState::Active | PositionState::Zeroed => None,
        }
    }

    /// Principal that counts for eligibility at `now`: active or waiting.
    pub fn eligible(&self, now: UnixSeconds) -> Io {
        match self.effective(now) {
            PositionState::Active | PositionState::Wait => self.amount,
            PositionState::Empty | PositionState::Cooldown | PositionState::Zeroed => Io::ZERO,
        }
    }

    fn cooling(self, start: UnixSeconds, end: UnixSeconds) -> Self {
        Self {
            state: PositionState::Cooldown,
            cooldown_starts_at: start,
            cooldown_ends_at: end,
            ..self
        }
    }

    fn leaving(self, terms: ExitTerms, now: UnixSeconds) -> MathResult<Self> {
        let Some(wait) = terms.wait else {
            return Ok(self.cooling(now, now.checked_add(terms.cooldown)?));
        };
        let start = now.checked_add(wait)?;
        Ok(Self {
            state: PositionState::Wait,
            cooldown_starts_at: start,
            cooldown_ends_at: start.checked_add(terms.cooldown)?,
            ..self
        })
    }

    /// The next state, or why the input is refused.
    pub fn transition(self, input: PositionInput, now: UnixSeconds) -> StakeResult<Self> {
        use PositionState as S;
        match (self.effective(now), input) {
            (S::Empty, PositionInput::Fill { seq, amount, share }) => Ok(Self {
                seq,
                amount,
                share_bps: share.get(),
                accepted_at: now,
                state: S::Active,
                cooldown_starts_at: NEVER,
                cooldown_ends_at: NEVER,
            }),
            (_, PositionInput::Fill { .. }) => Err(StakeRuleError::NoFreeSlot),
            (S::Empty, _) => Err(StakeRuleError::PositionNotFound),

            (S::Active, PositionInput::Leave(terms)) => Ok(self.leaving(terms, now)?),
            (_, PositionInput::Leave(_)) => Err(StakeRuleError::PositionNotActive),

            (S::Cooldown, PositionInput::WaitOver) if self.state == S::Wait => {
                Ok(self.cooling(self.cooldown_starts_at, self.cooldown_ends_at))
            }
            (S::Wait, PositionInput::WaitOver) => Err(StakeRuleError::WaitNotOver),
            (_, PositionInput::WaitOver) => Err(StakeRuleError::PositionNotWaiting),

            (S::Active, PositionInput::OwnerLeaves(cooldown)) => {
                Ok(self.cooling(now, now.checked_add(cooldown)?))
            }
            // The stamped end is a promise: the owner's exit may bring it nearer, never push it out.
            (S::Wait, PositionInput::OwnerLeaves(cooldown)) => {
                let end = now.checked_add(cooldown)?.min(self.cooldown_ends_at);
                Ok(self.cooling(now, end))
            }
            (S::Cooldown, PositionInput::OwnerLeaves(_)) => {
                Ok(self.cooling(self.cooldown_starts_at, self.cooldown_ends_at))
            }
            (S::Zeroed, PositionInput::OwnerLeaves(_)) => Ok(self),

            (S::Cooldown, PositionInput::Withdraw) if now >= self.cooldown_ends_at => {
                Ok(Self::EMPTY)
            }
            (_, PositionInput::Withdraw) => Err(StakeRuleError::CooldownNotOver),

            // The exit goes on with what is left; the stored state keeps its stamps.
            (S::Active | S::Wait | S::Cooldown, PositionInput::Seize(part)) => {
                let amount = self.amount.checked_sub(part)?;
                let state = if amount == Io::ZERO {
                    S::Zeroed
                } else {
                    self.state
                };
                Ok(Self {
                    amount,
                    state,
                    ..self
                })
            }
            (S::Active | S::Wait | S::Cooldown, PositionInput::Restore(part)) => Ok(Self {
                amount: self.amount.checked_add(part)?,
                ..self
            }),
            (S::Zeroed, PositionInput::Seize(_) | PositionInput::Restore(_)) => {
                Err(StakeRuleError::PositionNotFound)
            }

            (S::Zeroed, PositionInput::Close) => Ok(Self::EMPTY),
            (_, PositionInput::Close) => Err(StakeRuleError::PositionNotEmpty),
        }
    }
}
