//! The state machine of a line (economics §13.6).

use super::BookingRuleError;

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

    /// The state after `input`. Errors: `WrongState`.
    pub fn transition(self, input: LineInput) -> Result<Self, BookingRuleError> {
        match (self, input) {
            (Self::Reserved, LineInput::Lock) => Ok(Self::Hired),
            (Self::Hired, LineInput::End) => Ok(Self::Ended),
            (
                Self::Reserved
                | Self::Hired
                | Self::Failing
                | Self::Replaced
                | Self::Failed
                | Self::Ended,
                LineInput::Lock | LineInput::End,
            ) => Err(BookingRuleError::WrongState),
        }
    }
}
