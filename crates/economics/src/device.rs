//! States of a device (economics §13.1).
//!
//! Mechanism: one total function from state and event to the next state. Place of use: the
//! registry program assigns a device's status with it and nowhere else. Invariant: `Terminated` is
//! final, a report of the verifiers moves a device only between the states that describe its
//! health, never out of an owner's pause, a block or the end, and nobody lifts a block while a
//! slash case holds it.

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

/// Who keeps a device blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHolds {
    /// Governance, also for a case that ended without a full restore.
    pub governance: bool,
    /// An open case of offence code 6.
    pub case: bool,
}

impl BlockHolds {
    /// Nobody.
    pub const NONE: Self = Self {
        governance: false,
        case: false,
    };

    /// The stored byte: bit 0 governance, bit 1 a case.
    pub const fn code(self) -> u8 {
        match (self.governance, self.case) {
            (false, false) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (true, true) => 3,
        }
    }

    /// From the stored byte.
    ///
    /// Errors: [`DeviceError::UnknownHolds`].
    pub const fn from_code(code: u8) -> Result<Self, DeviceError> {
        let (governance, case) = match code {
            0 => (false, false),
            1 => (true, false),
            2 => (false, true),
            3 => (true, true),
            _ => return Err(DeviceError::UnknownHolds),
        };
        Ok(Self { governance, case })
    }
}

/// What the state machine of a device works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceState {
    /// The status.
    pub status: DeviceStatus,
    /// Who keeps it blocked.
    pub holds: BlockHolds,
}

impl DeviceState {
    const fn with_status(self, status: DeviceStatus) -> Self {
        Self {
            status,
            holds: self.holds,
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
    /// Governance blocks it; a running line goes on.
    Block,
    /// Governance unblocks it.
    Unblock,
    /// A case of offence code 6 was opened; a running line goes on.
    CaseOpened,
    /// The last open case of offence code 6 ended.
    CasesEnded {
        /// Whether the case was fully restored.
        restored: bool,
    },
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
    /// The byte names no holds.
    UnknownHolds,
    /// A case of offence code 6 is open.
    CaseOpen,
}

/// Next state of a device, economics §13.1.
///
/// A leaf is never refused: where its status field does not apply, the status stays. The events of a
/// case are never refused either, so that no case waits for the device: a block by a case stands
/// beside one by governance, a case that ends without a full restore leaves its block to governance,
/// and a terminated device stays terminated.
///
/// Errors: [`DeviceError::NotAllowedInStatus`], [`DeviceError::Hired`],
/// [`DeviceError::Terminated`], [`DeviceError::CaseOpen`].
pub const fn transition(
    state: DeviceState,
    input: DeviceInput,
) -> Result<DeviceState, DeviceError> {
    use DeviceStatus::{
        Blocked, Down, Inactive, Paused, Pending, RestartRequired, Terminated, Unsupported, Up,
    };
    let DeviceState { status, holds } = state;
    match input {
        DeviceInput::Leaf {
            reported,
            cluster_test_passed,
        } => Ok(state.with_status(match status {
            Pending if matches!(reported, ReportedStatus::Up) && cluster_test_passed => Up,
            Pending | Paused | Blocked | Terminated => status,
            Up | Down | RestartRequired | Inactive | Unsupported => reported.status(),
        })),
        DeviceInput::Pause { hired } => match status {
            Up | Down | RestartRequired | Inactive if hired => Err(DeviceError::Hired),
            Up | Down | RestartRequired | Inactive => Ok(state.with_status(Paused)),
            Terminated => Err(DeviceError::Terminated),
            Pending | Unsupported | Paused | Blocked => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::Resume => match status {
            Paused => Ok(state.with_status(Down)),
            Terminated => Err(DeviceError::Terminated),
            _ => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::Block => match status {
            Terminated => Err(DeviceError::Terminated),
            Blocked if holds.governance => Err(DeviceError::NotAllowedInStatus),
            _ => Ok(DeviceState {
                status: Blocked,
                holds: BlockHolds {
                    governance: true,
                    case: holds.case,
                },
            }),
        },
        DeviceInput::Unblock => match status {
            Terminated => Err(DeviceError::Terminated),
            Blocked if holds.case => Err(DeviceError::CaseOpen),
            Blocked => Ok(DeviceState {
                status: Down,
                holds: BlockHolds::NONE,
            }),
            _ => Err(DeviceError::NotAllowedInStatus),
        },
        DeviceInput::CaseOpened => Ok(DeviceState {
            status: match status {
                Terminated => Terminated,
                _ => Blocked,
            },
            holds: BlockHolds {
                governance: holds.governance,
                case: true,
            },
        }),
        DeviceInput::CasesEnded { restored } => Ok(match (status, holds.case) {
            (_, false) => state,
            (Blocked, true) if restored && !holds.governance => DeviceState {
                status: Down,
                holds: BlockHolds::NONE,
            },
            (_, true) => DeviceState {
                status,
                holds: BlockHolds {
                    governance: holds.governance || !restored,
                    case: false,
                },
            },
        }),
        DeviceInput::TerminateByOwner { hired } => match status {
            Terminated => Err(DeviceError::Terminated),
            _ if hired => Err(DeviceError::Hired),
            _ => Ok(state.with_status(Terminated)),
        },
        DeviceInput::TerminateByGovernance => match status {
            Terminated => Err(DeviceError::Terminated),
            _ => Ok(state.with_status(Terminated)),
        },
        DeviceInput::Update => match status {
            Terminated => Err(DeviceError::Terminated),
            _ => Ok(state),
        },
    }
}

#[cfg(test)]
mod tests;
