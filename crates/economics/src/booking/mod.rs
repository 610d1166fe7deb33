//! States of a booking, its lines and its work records, and their clocks (economics §13.6, §8.7).
//!
//! Mechanism: each machine has one total `transition`; an input that its state does not list is
//! refused. Place of use: the booking program assigns a status only with the result of these
//! functions; services and tests predict it with them. Invariant: every state that holds money of a
//! party has a way out that needs no special key.

use crate::math::MathError;

mod extension;
mod line;
mod progress;
mod record;
mod status;

pub use extension::*;
pub use line::*;
pub use progress::*;
pub use record::*;
pub use status::*;

/// Most lines of one booking, replacements included (economics §8.1).
pub const MAX_LINES: usize = 8;

/// Why a step of a booking is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingRuleError {
    /// A quantity does not fit its type.
    Math(MathError),
    /// The state does not allow this step.
    WrongState,
    /// The deadline of this right has passed.
    DeadlinePassed,
    /// The deadline that must have passed has not.
    DeadlineNotPassed,
    /// A line of this booking was found unavailable: it can only expire or be cancelled.
    LockFailed,
    /// Records or lines still wait for their pay.
    PayOpen,
    /// The operation sequence is not the next one.
    WrongOpSeq,
    /// The challenge period of the record is not over.
    ChallengeOpen,
    /// The record is not the next one of its booking.
    WrongRecord,
    /// A boundary record was shown as the final one, or the final one as a boundary record.
    WrongRecordKind,
    /// The time of the record has not come.
    RecordEarly,
    /// The arbiter can still rule on the record.
    RulingOpen,
    /// The renter lost too many challenges of this booking.
    TooManyLostChallenges,
    /// An extension is too short, or the booking too long with it.
    MinutesOutOfRange,
}

impl From<MathError> for BookingRuleError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

/// What a booking is paid in.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// USDC, base units of 1e-6.
    Usdc = 0,
    /// IO, base units of 1e-8.
    Io = 1,
}

impl Currency {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Usdc),
            1 => Some(Self::Io),
            _ => None,
        }
    }
}

/// Reward mode of a booking: the mode of its quote's hour (economics §8.7).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Pay goes from the escrow to the supplier.
    Schedule = 0,
    /// Pay goes to the fee vault; suppliers are paid per epoch.
    Ide = 1,
}

impl Stamp {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Schedule),
            1 => Some(Self::Ide),
            _ => None,
        }
    }
}

/// Where the money of a booking comes from (economics §8.1).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaySource {
    /// The payer's own wallet.
    Wallet = 0,
    /// A wallet that mirrors a card or credit payment on chain; refunds return to it.
    Mirror = 1,
}

impl PaySource {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Wallet),
            1 => Some(Self::Mirror),
            _ => None,
        }
    }
}

/// Admits the operation `given` when it is the `next` one and returns the one after it (economics
/// §9.1): a repeat and a gap are both refused.
///
/// Errors: `WrongOpSeq`.
pub fn next_op_seq(next: u32, given: u32) -> Result<u32, BookingRuleError> {
    if given != next {
        return Err(BookingRuleError::WrongOpSeq);
    }
    Ok(next.checked_add(1).ok_or(MathError::Overflow)?)
}

#[cfg(test)]
mod tests;
