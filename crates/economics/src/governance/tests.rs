use super::*;

const fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
}

const WINDOW: ActionWindow = ActionWindow {
    eta: at(100),
    expires_at: at(200),
};

#[test]
fn action_is_executable_from_eta_to_end_of_grace() {
    use ActionInput::Execute;
    use ActionStatus::{Executed, Queued};
    assert_eq!(
        transition(Queued, WINDOW, Execute, at(99)),
        Err(GovernanceError::TimelockNotOver)
    );
    assert_eq!(transition(Queued, WINDOW, Execute, at(100)), Ok(Executed));
    assert_eq!(transition(Queued, WINDOW, Execute, at(200)), Ok(Executed));
    assert_eq!(
        transition(Queued, WINDOW, Execute, at(201)),
        Err(GovernanceError::ActionExpired)
    );
}

#[test]
fn action_is_cancellable_until_it_lapses() {
    use ActionInput::Cancel;
    use ActionStatus::{Cancelled, Queued};
    assert_eq!(transition(Queued, WINDOW, Cancel, at(0)), Ok(Cancelled));
    assert_eq!(transition(Queued, WINDOW, Cancel, at(200)), Ok(Cancelled));
    assert_eq!(
        transition(Queued, WINDOW, Cancel, at(201)),
        Err(GovernanceError::ActionExpired)
    );
}

#[test]
fn final_actions_refuse_everything_and_close() {
    for input in [ActionInput::Execute, ActionInput::Cancel] {
        assert_eq!(
            transition(ActionStatus::Executed, WINDOW, input, at(150)),
            Err(GovernanceError::AlreadyExecuted)
        );
        assert_eq!(
            transition(ActionStatus::Cancelled, WINDOW, input, at(150)),
            Err(GovernanceError::AlreadyCancelled)
        );
    }
    assert_eq!(
        is_closable(ActionStatus::Queued, WINDOW, at(200)),
        Err(GovernanceError::ActionStillOpen)
    );
    assert_eq!(is_closable(ActionStatus::Queued, WINDOW, at(201)), Ok(()));
    assert_eq!(is_closable(ActionStatus::Executed, WINDOW, at(0)), Ok(()));
    assert_eq!(is_closable(ActionStatus::Cancelled, WINDOW, at(0)), Ok(()));
}

#[test]
fn window_adds_timelock_and_grace_and_checks_overflow() {
    assert_eq!(
        ActionWindow::open(at(1_000), 86_400, 60),
        Ok(ActionWindow {
            eta: at(87_400),
            expires_at: at(87_460)
        })
    );
    assert_eq!(
        ActionWindow::open(at(i64::MAX), 1, 0),
        Err(GovernanceError::Math(MathError::Overflow))
    );
}

#[test]
fn status_codes_round_trip() {
    for code in 0..3 {
        assert_eq!(ActionStatus::from_code(code).unwrap().code(), code);
    }
    assert_eq!(ActionStatus::from_code(3), None);
}

#[test]
fn next_block_is_the_next_full_hour() {
    assert_eq!(next_block(at(0)), Ok(at(3_600)));
    assert_eq!(next_block(at(3_599)), Ok(at(3_600)));
    assert_eq!(next_block(at(3_600)), Ok(at(7_200)));
}

#[test]
fn raise_waits_for_the_grace_and_lowering_for_the_next_block() {
    let value = Staged::settled(10_000);
    let raised = value
        .announce(20_000, Harsher::Up, 1_000_000, at(10))
        .unwrap();
    assert_eq!(raised.at(at(1_000_009)), 10_000);
    assert_eq!(raised.at(at(1_000_010)), 20_000);
    let lowered = value
        .announce(5_000, Harsher::Up, 1_000_000, at(10))
        .unwrap();
    assert_eq!(lowered.at(at(3_599)), 10_000);
    assert_eq!(lowered.at(at(3_600)), 5_000);
    let portion = value
        .announce(5_000, Harsher::Down, 1_000_000, at(10))
        .unwrap();
    assert_eq!(portion.at(at(1_000_009)), 10_000);
    assert_eq!(portion.at(at(1_000_010)), 5_000);
}

#[test]
fn further_raise_inside_the_grace_is_refused_and_a_lowering_replaces() {
    let raised = Staged::settled(100)
        .announce(200, Harsher::Up, 10_000, at(0))
        .unwrap();
    assert_eq!(
        raised.announce(201, Harsher::Up, 10_000, at(9_999)),
        Err(GovernanceError::RaiseInsideGrace)
    );
    let milder = raised
        .announce(150, Harsher::Up, 10_000, at(5_000))
        .unwrap();
    assert_eq!(milder.next, Some((150, at(10_000))));
    let same = raised
        .announce(200, Harsher::Up, 10_000, at(5_000))
        .unwrap();
    assert_eq!(same, raised);
    let back = raised
        .announce(100, Harsher::Up, 10_000, at(5_000))
        .unwrap();
    assert_eq!(back.at(at(20_000)), 100);
    let again = raised
        .announce(201, Harsher::Up, 10_000, at(10_000))
        .unwrap();
    assert_eq!(again.in_force, 200);
    assert_eq!(again.next, Some((201, at(20_000))));
}

#[test]
fn value_between_a_pending_lowering_and_the_one_in_force_is_a_lowering() {
    let lowered = Staged::settled(200)
        .announce(100, Harsher::Up, 10_000, at(0))
        .unwrap();
    let middle = lowered.announce(150, Harsher::Up, 10_000, at(1)).unwrap();
    assert_eq!(middle.next, Some((150, at(3_600))));
    let raised = lowered.announce(250, Harsher::Up, 10_000, at(1)).unwrap();
    assert_eq!(raised.next, Some((250, at(10_001))));
}

#[test]
fn next_epoch_and_switch_hour_begin_with_the_next_day() {
    assert_eq!(next_epoch(at(0)), Ok(at(86_400)));
    assert_eq!(next_epoch(at(86_399)), Ok(at(86_400)));
    assert_eq!(next_epoch(at(86_400)), Ok(at(172_800)));
    assert_eq!(switch_hour(at(86_399)), Ok(24));
    assert_eq!(switch_hour(at(86_400)), Ok(48));
    let overflow = Err(GovernanceError::Math(MathError::Overflow));
    assert_eq!(switch_hour(at(-172_801)), overflow);
    assert_eq!(next_block(at(i64::MAX)).map(|_| 0), overflow.map(|_| 0));
    let staged = Staged::settled(1).from_next_epoch(2, at(10)).unwrap();
    assert_eq!((staged.at(at(86_399)), staged.at(at(86_400))), (1, 2));
    let staged = Staged::settled(1).from_next_block(2, at(10)).unwrap();
    assert_eq!((staged.at(at(3_599)), staged.at(at(3_600))), (1, 2));
}

#[test]
fn settle_keeps_the_value_in_force() {
    let raised = Staged::settled(100)
        .announce(200, Harsher::Up, 10_000, at(0))
        .unwrap();
    assert_eq!(raised.settle(at(9_999)), Staged::settled(100));
    assert_eq!(raised.settle(at(10_000)), Staged::settled(200));
}

#[test]
fn pause_lapses_and_rearms_after_both_times() {
    let clear = PauseClock {
        paused_until: at(0),
        rearm_at: at(0),
    };
    assert!(!clear.is_set(at(0)));
    let set = clear.pause(at(10), 100, 1_000).unwrap();
    assert!(set.is_set(at(110)));
    assert!(!set.is_set(at(111)));
    assert_eq!(
        set.pause(at(1_109), 100, 1_000),
        Err(GovernanceError::PauseNotRearmed)
    );
    assert!(set.pause(at(1_110), 100, 1_000).is_ok());
}

#[test]
fn unpause_clears_at_once_and_keeps_the_rearm_time() {
    let set = PauseClock {
        paused_until: at(0),
        rearm_at: at(0),
    }
    .pause(at(10), 100, 1_000)
    .unwrap();
    let cleared = set.unpause(at(50)).unwrap();
    assert!(!cleared.is_set(at(50)));
    assert_eq!(cleared.rearm_at, at(1_110));
    assert_eq!(cleared.unpause(at(51)), Err(GovernanceError::NotPaused));
    assert_eq!(set.unpause(at(111)), Err(GovernanceError::NotPaused));
}
