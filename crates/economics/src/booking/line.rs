//! The state machine of a line (economics §13.6).

use super::BookingRuleError;
use crate::units::UnixSeconds;

/// State of a line.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineStatus {
    /// Named by the booking, device not locked.
    Reserved = 0,
    /// Device locked for the booking.
    Hired = 1,
    /// Its device failed; a replacement may come.
    Failing = 2,
    /// Its minutes went to a replacement.
    Replaced = 3,
    /// Ended by its supplier's fault.
    Failed = 4,
    /// Device free again.
    Ended = 5,
}

/// A step of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineInput {
    /// Its device is locked.
    Lock,
    /// A fault of its device is reported.
    Fault,
    /// A replacement takes over its minutes.
    Replace {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to replace it.
        until: UnixSeconds,
    },
    /// Nobody replaced it.
    Fail {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to replace it.
        until: UnixSeconds,
        /// Whether a replacement is still possible.
        is_replaceable: bool,
    },
    /// The booking ends or is cancelled; the device is freed.
    End,
}

impl LineStatus {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::Reserved,
            1 => Self::Hired,
            2 => Self::Failing,
            3 => Self::Replaced,
            4 => Self::Failed,
            5 => Self::Ended,
            _ => return None,
        })
    }

    /// Whether a fault of its device was reported.
    pub const fn is_faulty(self) -> bool {
        matches!(self, Self::Failing | Self::Replaced | Self::Failed)
    }

    /// The state after `input`.
    ///
    /// Errors: `WrongState`, `DeadlinePassed`, `DeadlineNotPassed`.
    pub fn transition(self, input: LineInput) -> Result<Self, BookingRuleError> {
        use LineInput as I;
        match (self, input) {
            (Self::Reserved, I::Lock) => Ok(Self::Hired),
            (Self::Hired, I::Fault) => Ok(Self::Failing),
            (Self::Failing, I::Replace { now, until }) => {
                if now > until {
                    return Err(BookingRuleError::DeadlinePassed);
                }
                Ok(Self::Replaced)
            }
            (
                Self::Failing,
                I::Fail {
                    now,
                    until,
                    is_replaceable,
                },
            ) => {
                if is_replaceable && now <= until {
                    return Err(BookingRuleError::DeadlineNotPassed);
                }
                Ok(Self::Failed)
            }
            (Self::Hired, I::End) => Ok(Self::Ended),
            (Self::Failing, I::End) => Ok(Self::Failed),
            (
                Self::Reserved
                | Self::Hired
                | Self::Failing
                | Self::Replaced
                | Self::Failed
                | Self::Ended,
                I::Lock | I::Fault | I::Replace { .. } | I::Fail { .. } | I::End,
            ) => Err(BookingRuleError::WrongState),
        }
    }
}
