//! States of a device (economics §13.1).
//!
//! Mechanism: one total function from state and event to the next state. Place of use: the
//! registry program assigns a device's status with it and nowhere else. Invariant: `Terminated` is
//! final, and a report of the verifiers moves a device only between the states that describe its
//! health, never out of an owner's pause, a block or the end.

/// Most processors of one device (economics §12, fixed).
pub const MAX_QTY: u8 = 64;
/// Highest connectivity tier (economics §11).
pub const MAX_CONNECTIVITY_TIER: u8 = 4;
/// Readiness flag of a leaf: the cluster-creation test passed (economics §7.2 rule 7).
pub const READY_CLUSTER_TEST: u32 = 1;

/// Status of a device as stored on chain; grows only at the end.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Registered, never seen up.
    Pending = 0,
    /// Reachable and ready; the only status that can be hired.
    Up = 1,
    /// Not reachable.
    Down = 2,
    /// Reachable, waits for a restart by its owner.
    RestartRequired = 3,
    /// Not seen for longer than `inactive_after`.
    Inactive = 4,
    /// Its hardware is not supported.
    Unsupported = 5,
    /// Taken out by its owner.
    Paused = 6,
    /// Taken out by governance or by a slash case.
    Blocked = 7,
    /// Ended; final.
    Terminated = 8,
}

impl DeviceStatus {
    /// The stored byte.
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Up => 1,
            Self::Down => 2,
            Self::RestartRequired => 3,
            Self::Inactive => 4,
            Self::Unsupported => 5,
            Self::Paused => 6,
            Self::Blocked => 7,
            Self::Terminated => 8,
        }
    }

    /// From the stored byte.
    ///
    /// Errors: [`DeviceError::UnknownStatus`].
    pub const fn from_code(code: u8) -> Result<Self, DeviceError> {
        Ok(match code {
            0 => Self::Pending,
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::RestartRequired,
            4 => Self::Inactive,
            5 => Self::Unsupported,
            6 => Self::Paused,
            7 => Self::Blocked,
            8 => Self::Terminated,
            _ => return Err(DeviceError::UnknownStatus),
        })
    }

    /// True when a booking may lock the device.
    pub const fn is_hireable(self) -> bool {
        matches!(self, Self::Up)
    }
}

/// Status that a device leaf can report; the codes are those of [`DeviceStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportedStatus {
    /// Reachable and ready.
    Up,
    /// Not reachable.
    Down,
    /// Waits for a restart.
    RestartRequired,
    /// Not seen for longer than `inactive_after`.
    Inactive,
    /// Hardware not supported.
    Unsupported,
}

impl ReportedStatus {
    /// From the status byte of a leaf: 1 to 5.
    ///
    /// Errors: [`DeviceError::UnknownStatus`].
    pub const fn from_code(code: u8) -> Result<Self, DeviceError> {
        Ok(match code {
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::RestartRequired,
            4 => Self::Inactive,
            5 => Self::Unsupported,
            _ => return Err(DeviceError::UnknownStatus),
        })
    }

    const fn status(self) -> DeviceStatus {
        match self {
            Self::Up => DeviceStatus::Up,
            Self::Down => DeviceStatus::Down,
            Self::RestartRequired => DeviceStatus::RestartRequired,
            Self::Inactive => DeviceStatus::Inactive,
            Self::Unsupported => DeviceStatus::Unsupported,
        }
    }
}

/// Event of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceInput {
    /// A leaf of an attested device report.
    Leaf {
        /// Status in the leaf.
        reported: ReportedStatus,
        /// Whether the leaf shows a passed cluster test; guards the way out of `Pending`.
        cluster_test_passed: bool,
    },
    /// The owner pauses it.
    Pause {
        /// Whether a booking holds it.
        hired: bool,
    },
    /// The owner resumes it.
    Resume,
    /// Governance or a slash case blocks it; a running line goes on.
    Block,
    /// Governance or a full restore unblocks it; the caller has made sure that no code-6 case is
    /// open.
    Unblock,
    /// The owner ends it.
    TerminateByOwner {
        /// Whether a booking holds it.
        hired: bool,
    },
    /// Governance ends it; a running line goes on.
    TerminateByGovernance,
    /// The owner changes ask, limit, wallet or key.
    Update,
}

/// Why an event is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceError {
    /// The byte names no status.
    UnknownStatus,
    /// The event is not listed for the state.
    NotAllowedInStatus,
    /// A booking holds the device.
    Hired,
    /// The device is terminated.
    Terminated,
}

/// Next status of a device, economics §13.1.
///
/// Errors: [`DeviceError::NotAllowedInStatus`], [`DeviceError::Hired`],
/// [`DeviceError::Terminated`]. A leaf is never refused: where its status field does not apply, the
/// status stays.
pub const fn transition(
    status: DeviceStatus,
    input: DeviceInput,
) -> Result<DeviceStatus, DeviceError> {
    use DeviceStatus::{
        Blocked, Down, Inactive, Paused, Pending, RestartRequired, Terminated, Unsupported, Up,
    };
    match input {
        DeviceInput::Leaf {
            reported,
            cluster_test_passed,
        } => Ok(match status {
            Pending if matches!(reported, ReportedStatus::Up) && cluster_test_passed => Up,
            Pending | Paused | Blocked | Terminated => status,
            Up | Down | RestartRequired | Inactive | Unsupported => reported.status(),
        }),
        DeviceInput::Pause { hired } => match status {
            Up | Down | RestartRequired | Inactive if hired => Err(DeviceError::Hired),
            Up | Down | RestartRequired | Inactive => Ok(Paused),
            Terminated => Err(DeviceError::Terminated),
            Pending | Unsupported | Paused | Blocked => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::Resume => match status {
            Paused => Ok(Down),
            Terminated => Err(DeviceError::Terminated),
            _ => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::Block => match status {
            Terminated => Err(DeviceError::Terminated),
            Blocked => Err(DeviceError::NotAllowedInStatus),
            _ => Ok(Blocked),
        },
        DeviceInput::Unblock => match status {
            Blocked => Ok(Down),
            Terminated => Err(DeviceError::Terminated),
            _ => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::TerminateByOwner { hired } => match status {
            Terminated => Err(DeviceError::Terminated),
            _ if hired => Err(DeviceError::Hired),
            _ => Ok(Terminated),
        },
        DeviceInput::TerminateByGovernance => match status {
            Terminated => Err(DeviceError::Terminated),
            _ => Ok(Terminated),
        },
        DeviceInput::Update => match status {
            Terminated => Err(DeviceError::Terminated),
            _ => Ok(status),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::DeviceStatus::*;
    use super::*;

    const ALL: [DeviceStatus; 9] = [
        Pending,
        Up,
        Down,
        RestartRequired,
        Inactive,
        Unsupported,
        Paused,
        Blocked,
        Terminated,
    ];

    fn leaf(reported: ReportedStatus, cluster_test_passed: bool) -> DeviceInput {
        DeviceInput::Leaf {
            reported,
            cluster_test_passed,
        }
    }

    #[test]
    fn codes_round_trip_and_unknown_is_refused() {
        for (code, status) in ALL.into_iter().enumerate() {
            assert_eq!(usize::from(status.code()), code);
            assert_eq!(DeviceStatus::from_code(code as u8), Ok(status));
            assert_eq!(status as u8, status.code());
        }
        assert_eq!(DeviceStatus::from_code(9), Err(DeviceError::UnknownStatus));
        assert_eq!(
            ReportedStatus::from_code(0),
            Err(DeviceError::UnknownStatus)
        );
        assert_eq!(
            ReportedStatus::from_code(6),
            Err(DeviceError::UnknownStatus)
        );
        for code in 1..=5 {
            let reported = ReportedStatus::from_code(code).unwrap();
            assert_eq!(reported.status().code(), code);
        }
    }

    #[test]
    fn leaf_moves_only_between_health_states() {
        for status in ALL {
            for code in 1..=5 {
                let reported = ReportedStatus::from_code(code).unwrap();
                let expected = match status {
                    Paused | Blocked | Terminated => status,
                    Pending if reported == ReportedStatus::Up => Up,
                    Pending => Pending,
                    _ => reported.status(),
                };
                assert_eq!(transition(status, leaf(reported, true)), Ok(expected));
            }
        }
    }

    #[test]
    fn pending_without_cluster_test_stays_pending_and_down_needs_none() {
        assert_eq!(
            transition(Pending, leaf(ReportedStatus::Up, false)),
            Ok(Pending)
        );
        assert_eq!(transition(Down, leaf(ReportedStatus::Up, false)), Ok(Up));
    }

    #[test]
    fn pause_is_for_free_devices_in_service() {
        for status in ALL {
            let free = transition(status, DeviceInput::Pause { hired: false });
            let hired = transition(status, DeviceInput::Pause { hired: true });
            match status {
                Up | Down | RestartRequired | Inactive => {
                    assert_eq!(free, Ok(Paused));
                    assert_eq!(hired, Err(DeviceError::Hired));
                }
                Terminated => {
                    assert_eq!(free, Err(DeviceError::Terminated));
                    assert_eq!(hired, Err(DeviceError::Terminated));
                }
                _ => {
                    assert_eq!(free, Err(DeviceError::NotAllowedInStatus));
                    assert_eq!(hired, Err(DeviceError::NotAllowedInStatus));
                }
            }
        }
    }

    #[test]
    fn resume_and_unblock_lead_to_down_from_their_state_only() {
        for status in ALL {
            let resume = transition(status, DeviceInput::Resume);
            let unblock = transition(status, DeviceInput::Unblock);
            match status {
                Paused => assert_eq!(resume, Ok(Down)),
                Terminated => assert_eq!(resume, Err(DeviceError::Terminated)),
                _ => assert_eq!(resume, Err(DeviceError::NotAllowedInStatus)),
            }
            match status {
                Blocked => assert_eq!(unblock, Ok(Down)),
                Terminated => assert_eq!(unblock, Err(DeviceError::Terminated)),
                _ => assert_eq!(unblock, Err(DeviceError::NotAllowedInStatus)),
            }
        }
    }

    #[test]
    fn block_and_terminate_take_every_living_device() {
        for status in ALL {
            let block = transition(status, DeviceInput::Block);
            let by_owner = transition(status, DeviceInput::TerminateByOwner { hired: false });
            let while_hired = transition(status, DeviceInput::TerminateByOwner { hired: true });
            let by_governance = transition(status, DeviceInput::TerminateByGovernance);
            match status {
                Terminated => {
                    for result in [block, by_owner, while_hired, by_governance] {
                        assert_eq!(result, Err(DeviceError::Terminated));
                    }
                }
                _ => {
                    let expected = if status == Blocked {
                        Err(DeviceError::NotAllowedInStatus)
                    } else {
                        Ok(Blocked)
                    };
                    assert_eq!(block, expected);
                    assert_eq!(by_owner, Ok(Terminated));
                    assert_eq!(while_hired, Err(DeviceError::Hired));
                    assert_eq!(by_governance, Ok(Terminated));
                }
            }
        }
    }

    #[test]
    fn update_keeps_the_status_and_ends_with_the_device() {
        for status in ALL {
            let expected = if status == Terminated {
                Err(DeviceError::Terminated)
            } else {
                Ok(status)
            };
            assert_eq!(transition(status, DeviceInput::Update), expected);
        }
    }

    #[test]
    fn only_up_is_hireable() {
        for status in ALL {
            assert_eq!(status.is_hireable(), status == Up);
        }
    }
}
