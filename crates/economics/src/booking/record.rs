//! The state machine of a work record and the clock of records (economics §8.7, §13.6).

use super::BookingRuleError;
use crate::{
    billing::RECORD_MINUTES,
    math::MathError,
    units::{UnixSeconds, DAY},
};

const SECONDS_PER_MINUTE: i64 = 60;

/// State of a work record.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStatus {
    /// Accepted; the renter may challenge it.
    Accepted = 0,
    /// Challenged; the ruling is awaited.
    Challenged = 1,
    /// Its amounts stand.
    Final = 2,
}

/// A step of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordInput {
    /// The challenge period is over, or the ruling period of a challenged record.
    PeriodOver {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to challenge.
        challenge_until: UnixSeconds,
        /// Last moment to rule; counts for a challenged record only.
        ruling_until: UnixSeconds,
    },
    /// The renter challenges.
    Challenge {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to challenge.
        challenge_until: UnixSeconds,
        /// Challenges of the booking that its renter lost.
        lost: u8,
        /// Lost challenges that end the right to challenge.
        most_lost: u8,
    },
    /// The arbiter rules.
    Rule {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to rule.
        ruling_until: UnixSeconds,
    },
}

impl RecordStatus {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Accepted),
            1 => Some(Self::Challenged),
            2 => Some(Self::Final),
            _ => None,
        }
    }

    /// The state after `input`; a final record stays final.
    ///
    /// Errors: `ChallengeOpen`, `RulingOpen`, `DeadlinePassed`, `TooManyLostChallenges`,
    /// `WrongState`.
    pub fn transition(self, input: RecordInput) -> Result<Self, BookingRuleError> {
        use RecordInput as I;
        match (self, input) {
            (
                Self::Accepted,
                I::PeriodOver {
                    now,
                    challenge_until,
                    ..
                },
            ) => {
                if now <= challenge_until {
                    return Err(BookingRuleError::ChallengeOpen);
                }
                Ok(Self::Final)
            }
            (
                Self::Challenged,
                I::PeriodOver {
                    now, ruling_until, ..
                },
            ) => {
                if now <= ruling_until {
                    return Err(BookingRuleError::RulingOpen);
                }
                Ok(Self::Final)
            }
            (Self::Final, I::PeriodOver { .. }) => Ok(Self::Final),
            (
                Self::Accepted,
                I::Challenge {
                    now,
                    challenge_until,
                    lost,
                    most_lost,
                },
            ) => {
                if now > challenge_until {
                    return Err(BookingRuleError::DeadlinePassed);
                }
                if lost >= most_lost {
                    return Err(BookingRuleError::TooManyLostChallenges);
                }
                Ok(Self::Challenged)
            }
            (Self::Challenged, I::Rule { now, ruling_until }) => {
                if now > ruling_until {
                    return Err(BookingRuleError::DeadlinePassed);
                }
                Ok(Self::Final)
            }
            (Self::Challenged | Self::Final, I::Challenge { .. })
            | (Self::Accepted | Self::Final, I::Rule { .. }) => Err(BookingRuleError::WrongState),
        }
    }
}

/// Minutes from `start` to `end`, a started minute counted whole (ceil); 0 when `end` is not after
/// `start`.
pub fn run_minutes(start: UnixSeconds, end: UnixSeconds) -> Result<u32, BookingRuleError> {
    let seconds = end
        .get()
        .checked_sub(start.get())
        .ok_or(MathError::Overflow)?
        .max(0);
    let whole = seconds.div_euclid(SECONDS_PER_MINUTE);
    let started = i64::from(seconds.rem_euclid(SECONDS_PER_MINUTE) > 0);
    let minutes = whole.checked_add(started).ok_or(MathError::Overflow)?;
    Ok(u32::try_from(minutes).map_err(|_| MathError::Overflow)?)
}

/// Booked end of a line of `minutes` that started at `start`.
pub fn booked_end(start: UnixSeconds, minutes: u32) -> Result<UnixSeconds, BookingRuleError> {
    let seconds = i64::from(minutes)
        .checked_mul(SECONDS_PER_MINUTE)
        .ok_or(MathError::Overflow)?;
    Ok(start.checked_add(seconds)?)
}

/// Which records a booking has: one at each 24 h boundary before its end, and the final one at the
/// end (economics §8.7; 3 h: 1 record, 24 h: 1, 48 h: 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordClock {
    /// Start of the booking.
    pub start: UnixSeconds,
    /// Its end: booked while it runs, actual when it is over.
    pub end: UnixSeconds,
    /// Whether it is over.
    pub is_over: bool,
}

impl RecordClock {
    /// Number of the final record, counted from 0.
    pub fn final_seq(&self) -> Result<u32, BookingRuleError> {
        let run = run_minutes(self.start, self.end)?.max(1);
        // ceil(run/1440) − 1 boundaries lie before the end; with run ≥ 1 this is floor((run−1)/1440)
        Ok(run
            .checked_sub(1)
            .ok_or(MathError::Overflow)?
            .div_euclid(RECORD_MINUTES))
    }

    /// Number of the final record of a booking whose next record is `next`: later than
    /// [`Self::final_seq`] by one when the record of a boundary was accepted in the very second of the
    /// end.
    pub fn last_seq(&self, next: u32) -> Result<u32, BookingRuleError> {
        Ok(self.final_seq()?.max(next))
    }

    /// The time up to which record `seq` counts: its boundary, or the end for the final one.
    pub fn cut(&self, seq: u32, is_final: bool) -> Result<UnixSeconds, BookingRuleError> {
        if is_final {
            return Ok(self.end);
        }
        let seconds = i64::from(seq)
            .checked_add(1)
            .and_then(|boundaries| boundaries.checked_mul(DAY))
            .ok_or(MathError::Overflow)?;
        Ok(self.start.checked_add(seconds)?)
    }

    /// Time of the last 24 h boundary at or before `at`; the start before the first one.
    pub fn boundary_before(&self, at: UnixSeconds) -> Result<UnixSeconds, BookingRuleError> {
        let days = at
            .get()
            .checked_sub(self.start.get())
            .ok_or(MathError::Overflow)?
            .max(0)
            .div_euclid(DAY);
        let seconds = days.checked_mul(DAY).ok_or(MathError::Overflow)?;
        Ok(self.start.checked_add(seconds)?)
    }

    /// Minutes that a line can have served up to record `seq`: its boundary, or the run to the end
    /// for the final one. `next` is the next record of the booking.
    ///
    /// Errors: `WrongRecord` when `seq` is not next, `WrongRecordKind` when `is_final` does not fit,
    /// `RecordEarly` when the booking or the 24 h are not over.
    pub fn elapsed_minutes(
        &self,
        next: u32,
        seq: u32,
        is_final: bool,
        now: UnixSeconds,
    ) -> Result<u32, BookingRuleError> {
        if seq != next {
            return Err(BookingRuleError::WrongRecord);
        }
        if is_final {
            if !self.is_over {
                return Err(BookingRuleError::RecordEarly);
            }
            // above it when a boundary record was accepted in the very second of the end
            if seq < self.final_seq()? {
                return Err(BookingRuleError::WrongRecordKind);
            }
            return run_minutes(self.start, self.end);
        }
        if seq >= self.final_seq()? {
            return Err(BookingRuleError::WrongRecordKind);
        }
        let boundaries = seq.checked_add(1).ok_or(MathError::Overflow)?;
        let seconds = i64::from(boundaries)
            .checked_mul(DAY)
            .ok_or(MathError::Overflow)?;
        if now < self.start.checked_add(seconds)? {
            return Err(BookingRuleError::RecordEarly);
        }
        Ok(boundaries
            .checked_mul(RECORD_MINUTES)
            .ok_or(MathError::Overflow)?)
    }
}
