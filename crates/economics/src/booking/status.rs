//! The state machine of a booking (economics §13.6).

use super::BookingRuleError;
use crate::units::UnixSeconds;

/// State of a booking.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingStatus {
    /// Created, nothing paid.
    Booked = 0,
    /// Paid in part.
    PartiallyPaid = 1,
    /// Paid in full, devices not yet all locked.
    Funded = 2,
    /// All devices locked, not started.
    Paid = 3,
    /// Started.
    Running = 4,
    /// Ended, the final record is awaited.
    Closing = 5,
    /// Billed; records wait for their pay.
    Settling = 6,
    /// Only balances to pull are left.
    Settled = 7,
    /// Ended before the start after it was paid.
    Cancelled = 8,
    /// Ended before it was paid or locked.
    Expired = 9,
}

impl BookingStatus {
    /// From its stored form.
    pub const fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::Booked,
            1 => Self::PartiallyPaid,
            2 => Self::Funded,
            3 => Self::Paid,
            4 => Self::Running,
            5 => Self::Closing,
            6 => Self::Settling,
            7 => Self::Settled,
            8 => Self::Cancelled,
            9 => Self::Expired,
            _ => return None,
        })
    }

    /// Whether devices of this booking may be locked.
    pub const fn may_hold_devices(self) -> bool {
        matches!(self, Self::Funded | Self::Paid | Self::Running)
    }
}

/// A step of a booking. Times are chain time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingInput {
    /// The payer pays; `full` when nothing is left to pay.
    Pay {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to pay.
        deadline: UnixSeconds,
        /// Whether the price is now paid in full.
        full: bool,
    },
    /// Anyone locks lines; `all` when none is left.
    LockLines {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to lock.
        lock_until: UnixSeconds,
        /// Whether every line is now locked.
        all: bool,
        /// Whether a line was found unavailable before.
        lock_failed: bool,
    },
    /// The renter cancels before the start.
    Cancel,
    /// Anyone ends a booking that was not paid or not locked in time.
    Expire {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to pay, or to lock when paid in full.
        deadline: UnixSeconds,
        /// Whether a line was found unavailable.
        lock_failed: bool,
    },
    /// The scheduler starts.
    Start {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to start.
        start_by: UnixSeconds,
    },
    /// Anyone ends a paid booking that was not started in time.
    CancelUnstarted {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment to start.
        start_by: UnixSeconds,
    },
    /// Renter and payer extend a running booking.
    Extend {
        /// Time of the step.
        now: UnixSeconds,
        /// Booked end.
        ends_at: UnixSeconds,
    },
    /// The renter ends a running booking.
    Terminate {
        /// Time of the step.
        now: UnixSeconds,
        /// Booked end.
        ends_at: UnixSeconds,
    },
    /// Anyone ends a running booking at its booked end.
    End {
        /// Time of the step.
        now: UnixSeconds,
        /// Booked end.
        ends_at: UnixSeconds,
    },
    /// A fault of a line is reported, or the line replaced.
    Fault,
    /// A line ended by its fault; `is_over` when the booking ends with it.
    FailLine {
        /// Whether it was the last line, the head line, or one of a gang.
        is_over: bool,
    },
    /// A record of a 24 h boundary is accepted.
    BoundaryRecord,
    /// The final record is accepted.
    FinalRecord,
    /// Anyone settles by the last accepted record.
    EndUnreported {
        /// Time of the step.
        now: UnixSeconds,
        /// Last moment the final record is waited for.
        final_record_until: UnixSeconds,
    },
    /// Anyone deposits the fees that can no longer be refunded.
    Settle {
        /// Whether every line of every record is earned.
        all_earned: bool,
    },
}

impl BookingStatus {
    /// The state after `input`.
    ///
    /// Errors: `WrongState` for an input the state does not list, `DeadlinePassed`,
    /// `DeadlineNotPassed`, `LockFailed`, `PayOpen`.
    pub fn transition(self, input: BookingInput) -> Result<Self, BookingRuleError> {
        use BookingInput as I;
        match (self, input) {
            (
                Self::Booked | Self::PartiallyPaid,
                I::Pay {
                    now,
                    deadline,
                    full,
                },
            ) => {
                within(now, deadline)?;
                Ok(if full {
                    Self::Funded
                } else {
                    Self::PartiallyPaid
                })
            }
            (
                Self::Funded,
                I::LockLines {
                    now,
                    lock_until,
                    all,
                    lock_failed,
                },
            ) => {
                if lock_failed {
                    return Err(BookingRuleError::LockFailed);
                }
                within(now, lock_until)?;
                Ok(if all { Self::Paid } else { Self::Funded })
            }
            (Self::Booked | Self::PartiallyPaid | Self::Funded, I::Cancel) => Ok(Self::Expired),
            (Self::Paid, I::Cancel) => Ok(Self::Cancelled),
            (Self::Booked | Self::PartiallyPaid, I::Expire { now, deadline, .. }) => {
                after(now, deadline)?;
                Ok(Self::Expired)
            }
            (
                Self::Funded,
                I::Expire {
                    now,
                    deadline,
                    lock_failed,
                },
            ) => {
                if !lock_failed {
                    after(now, deadline)?;
                }
                Ok(Self::Expired)
            }
            (Self::Paid, I::Start { now, start_by }) => {
                within(now, start_by)?;
                Ok(Self::Running)
            }
            (Self::Paid, I::CancelUnstarted { now, start_by }) => {
                after(now, start_by)?;
                Ok(Self::Cancelled)
            }
            (Self::Running, I::Extend { now, ends_at }) => {
                // before the booked end only: from then on anyone may end
                if now >= ends_at {
                    return Err(BookingRuleError::DeadlinePassed);
                }
                Ok(Self::Running)
            }
            (Self::Running, I::Terminate { now, ends_at }) => {
                // before the booked end only: from then on anyone may end
                if now >= ends_at {
                    return Err(BookingRuleError::DeadlinePassed);
                }
                Ok(Self::Closing)
            }
            (Self::Running, I::End { now, ends_at }) => {
                if now < ends_at {
                    return Err(BookingRuleError::DeadlineNotPassed);
                }
                Ok(Self::Closing)
            }
            (Self::Running, I::Fault) => Ok(Self::Running),
            (Self::Running, I::FailLine { is_over }) => Ok(if is_over {
                Self::Closing
            } else {
                Self::Running
            }),
            (Self::Running | Self::Closing, I::BoundaryRecord) => Ok(self),
            (Self::Closing, I::FinalRecord) => Ok(Self::Settling),
            (
                Self::Closing,
                I::EndUnreported {
                    now,
                    final_record_until,
                },
            ) => {
                after(now, final_record_until)?;
                Ok(Self::Settling)
            }
            (Self::Settling, I::Settle { all_earned }) => {
                if !all_earned {
                    return Err(BookingRuleError::PayOpen);
                }
                Ok(Self::Settled)
            }
            (Self::Cancelled | Self::Expired, I::Settle { .. }) => Ok(Self::Settled),
            (
                Self::Booked
                | Self::PartiallyPaid
                | Self::Funded
                | Self::Paid
                | Self::Running
                | Self::Closing
                | Self::Settling
                | Self::Settled
                | Self::Cancelled
                | Self::Expired,
                I::Pay { .. }
                | I::LockLines { .. }
                | I::Cancel
                | I::Expire { .. }
                | I::Start { .. }
                | I::CancelUnstarted { .. }
                | I::Extend { .. }
                | I::Terminate { .. }
                | I::End { .. }
                | I::Fault
                | I::FailLine { .. }
                | I::BoundaryRecord
                | I::FinalRecord
                | I::EndUnreported { .. }
                | I::Settle { .. },
            ) => Err(BookingRuleError::WrongState),
        }
    }
}

/// A party uses a right: allowed up to and at the deadline (economics §1.4).
fn within(now: UnixSeconds, deadline: UnixSeconds) -> Result<(), BookingRuleError> {
    if now > deadline {
        return Err(BookingRuleError::DeadlinePassed);
    }
    Ok(())
}

/// Anyone ends that right: allowed after the deadline (economics §1.4).
fn after(now: UnixSeconds, deadline: UnixSeconds) -> Result<(), BookingRuleError> {
    if now <= deadline {
        return Err(BookingRuleError::DeadlineNotPassed);
    }
    Ok(())
}
