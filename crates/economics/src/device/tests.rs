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

fn transition(status: DeviceStatus, input: DeviceInput) -> Result<DeviceStatus, DeviceError> {
    let holds = BlockHolds::NONE;
    super::transition(DeviceState { status, holds }, input).map(|state| state.status)
}

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
                assert_eq!(block, Ok(Blocked));
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

fn held(status: DeviceStatus, code: u8) -> DeviceState {
    let holds = BlockHolds::from_code(code).unwrap();
    DeviceState { status, holds }
}

#[test]
fn holds_round_trip_and_unknown_is_refused() {
    for code in 0..4 {
        assert_eq!(BlockHolds::from_code(code).unwrap().code(), code);
    }
    assert_eq!(BlockHolds::from_code(4), Err(DeviceError::UnknownHolds));
}

#[test]
fn case_blocks_every_living_device_and_is_never_refused() {
    for status in ALL {
        for code in 0..4 {
            let after = super::transition(held(status, code), DeviceInput::CaseOpened).unwrap();
            let expected = if status == Terminated {
                Terminated
            } else {
                Blocked
            };
            assert_eq!(after, held(expected, code | 2));
        }
    }
}

#[test]
fn governance_lifts_no_block_that_a_case_holds() {
    let unblock = |code| super::transition(held(Blocked, code), DeviceInput::Unblock);
    assert_eq!(unblock(0), Ok(held(Down, 0)));
    assert_eq!(unblock(1), Ok(held(Down, 0)));
    assert_eq!(unblock(2), Err(DeviceError::CaseOpen));
    assert_eq!(unblock(3), Err(DeviceError::CaseOpen));
}

#[test]
fn governance_blocks_beside_a_case_and_once_only() {
    let block = |code| super::transition(held(Blocked, code), DeviceInput::Block);
    assert_eq!(block(2), Ok(held(Blocked, 3)));
    assert_eq!(block(1), Err(DeviceError::NotAllowedInStatus));
    assert_eq!(block(3), Err(DeviceError::NotAllowedInStatus));
}

#[test]
fn restore_lifts_the_block_of_the_case_alone() {
    let end =
        |state, restored| super::transition(state, DeviceInput::CasesEnded { restored }).unwrap();
    assert_eq!(end(held(Blocked, 2), true), held(Down, 0));
    assert_eq!(end(held(Blocked, 3), true), held(Blocked, 1));
    assert_eq!(end(held(Blocked, 2), false), held(Blocked, 1));
    assert_eq!(end(held(Blocked, 3), false), held(Blocked, 1));
    assert_eq!(end(held(Terminated, 2), true), held(Terminated, 0));
    for status in ALL {
        for code in [0, 1] {
            for restored in [false, true] {
                assert_eq!(end(held(status, code), restored), held(status, code));
            }
        }
    }
}
