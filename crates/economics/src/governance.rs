//! Queued actions, values that change with notice, pauses (economics §2.3, §3.1, §13.7).
//!
//! Mechanism: an action waits from its queueing until `eta` and lapses after its grace; a value
//! whose change makes stakers short reaches the stake side after a notice; a pause bit lapses by
//! itself and cannot be set again at once. Place of use: the registry program. Invariant: times are
//! absolute and fixed when the clock starts, so a later parameter change touches no running one.

use crate::{
    math::MathError,
    units::{UnixSeconds, DAY, HOUR},
};

/// Why a governance step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GovernanceError {
    /// The timelock of the action is not over.
    TimelockNotOver,
    /// The grace of the action is over.
    ActionExpired,
    /// The action was executed before.
    AlreadyExecuted,
    /// The action was cancelled.
    AlreadyCancelled,
    /// The action is still queued and can be executed.
    ActionStillOpen,
    /// A change that makes stakers short is pending; a further one waits for it.
    RaiseInsideGrace,
    /// The pause bit cannot be set again yet.
    PauseNotRearmed,
    /// The pause bit is not set.
    NotPaused,
    /// A time or value does not fit.
    Math(MathError),
}

impl From<MathError> for GovernanceError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// Status of an action as stored on chain; grows only at the end. An action that lapsed stays
/// `Queued` in storage: [`transition`] refuses it and [`is_closable`] lets it go.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionStatus {
    /// Waits for execution.
    Queued = 0,
    /// Carried out; final.
    Executed = 1,
    /// Withdrawn; final.
    Cancelled = 2,
}

impl ActionStatus {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Executed => 1,
            Self::Cancelled => 2,
        }
    }

    /// From the stored byte; `None` for a byte that names no status.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Queued),
            1 => Some(Self::Executed),
            2 => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// Window in which an action can be executed; both ends count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionWindow {
    /// First second of the window.
    pub eta: UnixSeconds,
    /// Last second of the window.
    pub expires_at: UnixSeconds,
}

impl ActionWindow {
    /// Window of an action queued now. `timelock` and `grace` in seconds.
    ///
    /// Errors: overflow.
    pub fn open(now: UnixSeconds, timelock: i64, grace: i64) -> Result<Self, GovernanceError> {
        let eta = now.checked_add(timelock)?;
        Ok(Self {
            eta,
            expires_at: eta.checked_add(grace)?,
        })
    }
}

/// Event of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionInput {
    /// Somebody executes it.
    Execute,
    /// Governance or the guardian cancels it.
    Cancel,
}

/// Next status of an action, economics §13.7.
///
/// Errors: [`GovernanceError::AlreadyExecuted`], [`GovernanceError::AlreadyCancelled`],
/// [`GovernanceError::TimelockNotOver`], [`GovernanceError::ActionExpired`].
pub fn transition(
    status: ActionStatus,
    window: ActionWindow,
    input: ActionInput,
    now: UnixSeconds,
) -> Result<ActionStatus, GovernanceError> {
    match status {
        ActionStatus::Executed => return Err(GovernanceError::AlreadyExecuted),
        ActionStatus::Cancelled => return Err(GovernanceError::AlreadyCancelled),
        ActionStatus::Queued => {}
    }
    if now > window.expires_at {
        return Err(GovernanceError::ActionExpired);
    }
    match input {
        ActionInput::Execute if now < window.eta => Err(GovernanceError::TimelockNotOver),
        ActionInput::Execute => Ok(ActionStatus::Executed),
        ActionInput::Cancel => Ok(ActionStatus::Cancelled),
    }
}

/// Errors unless the account of the action may be closed: executed, cancelled or lapsed.
///
/// Errors: [`GovernanceError::ActionStillOpen`].
pub fn is_closable(
    status: ActionStatus,
    window: ActionWindow,
    now: UnixSeconds,
) -> Result<(), GovernanceError> {
    match status {
        ActionStatus::Queued if now <= window.expires_at => Err(GovernanceError::ActionStillOpen),
        ActionStatus::Queued | ActionStatus::Executed | ActionStatus::Cancelled => Ok(()),
    }
}

/// Start of the next hourly block.
///
/// Errors: overflow.
pub fn next_block(now: UnixSeconds) -> Result<UnixSeconds, GovernanceError> {
    now.hour_index()
        .checked_add(1)
        .and_then(|hour| hour.checked_mul(HOUR))
        .map(UnixSeconds::new)
        .ok_or(GovernanceError::Math(MathError::Overflow))
}

/// Start of the next epoch.
///
/// Errors: overflow.
pub fn next_epoch(now: UnixSeconds) -> Result<UnixSeconds, GovernanceError> {
    now.day_index()
        .checked_add(1)
        .and_then(|day| day.checked_mul(DAY))
        .map(UnixSeconds::new)
        .ok_or(GovernanceError::Math(MathError::Overflow))
}

/// First hour index of mode `Ide` when the switch is executed now: the first hour of the next UTC
/// day (economics §10.9).
///
/// Errors: overflow, also for a time before 1970.
pub fn switch_hour(now: UnixSeconds) -> Result<u64, GovernanceError> {
    now.day_index()
        .checked_add(1)
        .and_then(|day| day.checked_mul(24))
        .and_then(|hour| u64::try_from(hour).ok())
        .ok_or(GovernanceError::Math(MathError::Overflow))
}

/// A value with one announced change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Value in force before `next_at`.
    pub in_force: i64,
    /// Announced value and the time from which it is in force.
    pub next: Option<(i64, UnixSeconds)>,
}

/// Direction in which a value makes stakers short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harsher {
    /// A higher value asks for more stake.
    Up,
    /// A lower value asks for more stake of the owner.
    Down,
}

impl Harsher {
    const fn is_harsher(self, candidate: i64, than: i64) -> bool {
        match self {
            Self::Up => candidate > than,
            Self::Down => candidate < than,
        }
    }
}

impl Staged {
    /// A value without an announced change.
    pub const fn settled(value: i64) -> Self {
        Self {
            in_force: value,
            next: None,
        }
    }

    /// Value in force at a time.
    pub fn at(self, now: UnixSeconds) -> i64 {
        match self.next {
            Some((value, at)) if now >= at => value,
            _ => self.in_force,
        }
    }

    /// Announces `value` on the stake side (economics §3.1): harsher than the value in force after
    /// `grace` seconds, otherwise from the next block. Inside a running grace a still harsher value
    /// is refused; a milder one that is still harsher than the value in force replaces the
    /// announced one and keeps its time.
    ///
    /// Errors: [`GovernanceError::RaiseInsideGrace`], overflow.
    pub fn announce(
        self,
        value: i64,
        harsher: Harsher,
        grace: i64,
        now: UnixSeconds,
    ) -> Result<Self, GovernanceError> {
        let in_force = self.at(now);
        if !harsher.is_harsher(value, in_force) {
            return Ok(Self {
                in_force,
                next: Some((value, next_block(now)?)),
            });
        }
        let running = self
            .next
            .filter(|(announced, at)| now < *at && harsher.is_harsher(*announced, in_force));
        let at = match running {
            Some((announced, _)) if harsher.is_harsher(value, announced) => {
                return Err(GovernanceError::RaiseInsideGrace);
            }
            Some((_, at)) => at,
            None => now.checked_add(grace)?,
        };
        Ok(Self {
            in_force,
            next: Some((value, at)),
        })
    }

    /// Sets `value` from the next block.
    ///
    /// Errors: overflow.
    pub fn from_next_block(self, value: i64, now: UnixSeconds) -> Result<Self, GovernanceError> {
        Ok(Self {
            in_force: self.at(now),
            next: Some((value, next_block(now)?)),
        })
    }

    /// Sets `value` from the next epoch, which begins with the UTC day.
    ///
    /// Errors: overflow.
    pub fn from_next_epoch(self, value: i64, now: UnixSeconds) -> Result<Self, GovernanceError> {
        Ok(Self {
            in_force: self.at(now),
            next: Some((value, next_epoch(now)?)),
        })
    }

    /// Drops an announced change that is not in force yet.
    pub fn settle(self, now: UnixSeconds) -> Self {
        Self::settled(self.at(now))
    }
}

/// One pause bit (economics §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseClock {
    /// The bit is set while `now ≤ paused_until`; 0 = never set or cleared.
    pub paused_until: UnixSeconds,
    /// The bit can be set again from here; 0 = never set.
    pub rearm_at: UnixSeconds,
}

impl PauseClock {
    /// Whether the bit is set.
    pub fn is_set(self, now: UnixSeconds) -> bool {
        self.paused_until.get() != 0 && now <= self.paused_until
    }

    /// Sets the bit for `pause_max` seconds; it can be set again `pause_rearm` seconds after that.
    ///
    /// Errors: [`GovernanceError::PauseNotRearmed`], overflow.
    pub fn pause(
        self,
        now: UnixSeconds,
        pause_max: i64,
        pause_rearm: i64,
    ) -> Result<Self, GovernanceError> {
        if now < self.rearm_at {
            return Err(GovernanceError::PauseNotRearmed);
        }
        let paused_until = now.checked_add(pause_max)?;
        Ok(Self {
            paused_until,
            rearm_at: paused_until.checked_add(pause_rearm)?,
        })
    }

    /// Clears the bit; the time before which it cannot be set again stays.
    ///
    /// Errors: [`GovernanceError::NotPaused`].
    pub fn unpause(self, now: UnixSeconds) -> Result<Self, GovernanceError> {
        if !self.is_set(now) {
            return Err(GovernanceError::NotPaused);
        }
        Ok(Self {
            paused_until: UnixSeconds::new(0),
            rearm_at: self.rearm_at,
        })
    }
}

#[cfg(test)]
mod tests;
