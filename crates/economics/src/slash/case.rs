//! States of a slash case (economics §13.4).

use super::{SlashResult, SlashRuleError};
use crate::units::{Bps, UnixSeconds, BPS_ONE};

/// State of a case as stored; grows only at the end.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Proposed; a party may appeal.
    Window = 0,
    /// A party has appealed; waits for the ruling.
    Appealed = 1,
    /// Ruled: all is burned.
    Upheld = 2,
    /// Ruled: a part is burned.
    Partial = 3,
    /// All goes back.
    Restored = 4,
    /// What is to be burned is burned; the rest goes back.
    Burned = 5,
}

impl CaseState {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Window => 0,
            Self::Appealed => 1,
            Self::Upheld => 2,
            Self::Partial => 3,
            Self::Restored => 4,
            Self::Burned => 5,
        }
    }

    /// From the stored byte. Errors: `BrokenCase`.
    pub const fn from_code(code: u8) -> SlashResult<Self> {
        Ok(match code {
            0 => Self::Window,
            1 => Self::Appealed,
            2 => Self::Upheld,
            3 => Self::Partial,
            4 => Self::Restored,
            5 => Self::Burned,
            _ => return Err(SlashRuleError::BrokenCase),
        })
    }

    /// Whether the legs may be given back.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Restored | Self::Burned)
    }
}

/// State and deadlines of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseClock {
    /// State.
    pub state: CaseState,
    /// Last second of an appeal.
    pub window_end: UnixSeconds,
    /// Last second of a ruling; 0 = no appeal.
    pub ruling_end: UnixSeconds,
    /// Part of each leg that is burned.
    pub uphold_bps: u16,
}

/// What can happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseInput {
    /// A party appeals.
    Appeal {
        /// `ruling_deadline` in seconds.
        ruling_deadline: i64,
    },
    /// The slasher takes the case back.
    Withdraw,
    /// The arbiter rules: the part of each leg that is burned.
    Rule(Bps),
    /// Anyone fixes the outcome.
    Finalize,
}

impl CaseClock {
    /// A case that begins at `now` with `window` seconds for an appeal.
    pub fn opened(now: UnixSeconds, window: i64) -> SlashResult<Self> {
        Ok(Self {
            state: CaseState::Window,
            window_end: now.checked_add(window)?,
            ruling_end: UnixSeconds::new(0),
            uphold_bps: 0,
        })
    }

    /// Whether a party appealed and got something back.
    pub fn is_won_by_party(&self) -> bool {
        self.ruling_end.get() != 0
            && self.uphold_bps < BPS_ONE
            && !matches!(self.state, CaseState::Window | CaseState::Appealed)
    }

    /// The next state, or why the input is refused; the only code that assigns it.
    ///
    /// Errors: `NotInWindow`, `WindowOver`, `WindowNotOver`, `NotAppealed`, `RulingTooLate`,
    /// `RulingPending`, `CaseDecided`.
    pub fn transition(self, input: CaseInput, now: UnixSeconds) -> SlashResult<Self> {
        use CaseState as S;
        let to = |state, uphold_bps| Self {
            state,
            uphold_bps,
            ..self
        };
        match (self.state, input) {
            (S::Window, CaseInput::Appeal { ruling_deadline }) => {
                if now > self.window_end {
                    return Err(SlashRuleError::WindowOver);
                }
                Ok(Self {
                    state: S::Appealed,
                    ruling_end: now.checked_add(ruling_deadline)?,
                    ..self
                })
            }
            (S::Window, CaseInput::Withdraw) => Ok(to(S::Restored, 0)),
            (_, CaseInput::Appeal { .. } | CaseInput::Withdraw) => Err(SlashRuleError::NotInWindow),

            (S::Appealed, CaseInput::Rule(uphold)) => {
                if now > self.ruling_end {
                    return Err(SlashRuleError::RulingTooLate);
                }
                Ok(match uphold.get() {
                    0 => to(S::Restored, 0),
                    BPS_ONE => to(S::Upheld, BPS_ONE),
                    part => to(S::Partial, part),
                })
            }
            (_, CaseInput::Rule(_)) => Err(SlashRuleError::NotAppealed),

            (S::Window, CaseInput::Finalize) if now > self.window_end => Ok(to(S::Burned, BPS_ONE)),
            (S::Window, CaseInput::Finalize) => Err(SlashRuleError::WindowNotOver),
            (S::Appealed, CaseInput::Finalize) if now > self.ruling_end => Ok(to(S::Restored, 0)),
            (S::Appealed, CaseInput::Finalize) => Err(SlashRuleError::RulingPending),
            (S::Upheld | S::Partial, CaseInput::Finalize) => Ok(to(S::Burned, self.uphold_bps)),
            (S::Restored | S::Burned, CaseInput::Finalize) => Err(SlashRuleError::CaseDecided),
        }
    }
}
