use proptest::prelude::*;

use super::*;
use crate::{
    math::MathError,
    units::{UnixSeconds, DAY},
};

const fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
}

const STATES: [BookingStatus; 10] = [
    BookingStatus::Booked,
    BookingStatus::PartiallyPaid,
    BookingStatus::Funded,
    BookingStatus::Paid,
    BookingStatus::Running,
    BookingStatus::Closing,
    BookingStatus::Settling,
    BookingStatus::Settled,
    BookingStatus::Cancelled,
    BookingStatus::Expired,
];

/// Every input with its guards satisfied, and the states that list it with their successors.
fn table() -> [(BookingInput, &'static [(BookingStatus, BookingStatus)]); 16] {
    use BookingInput as I;
    use BookingStatus as S;
    [
        (
            I::Pay {
                now: at(5),
                deadline: at(5),
                full: true,
            },
            &[(S::Booked, S::Funded), (S::PartiallyPaid, S::Funded)],
        ),
        (
            I::LockLines {
                now: at(5),
                lock_until: at(5),
                all: true,
                lock_failed: false,
            },
            &[(S::Funded, S::Paid)],
        ),
        (
            I::Cancel,
            &[
                (S::Booked, S::Expired),
                (S::PartiallyPaid, S::Expired),
                (S::Funded, S::Expired),
                (S::Paid, S::Cancelled),
            ],
        ),
        (
            I::Expire {
                now: at(6),
                deadline: at(5),
                lock_failed: false,
            },
            &[
                (S::Booked, S::Expired),
                (S::PartiallyPaid, S::Expired),
                (S::Funded, S::Expired),
            ],
        ),
        (
            I::Start {
                now: at(5),
                start_by: at(5),
            },
            &[(S::Paid, S::Running)],
        ),
        (
            I::CancelUnstarted {
                now: at(6),
                start_by: at(5),
            },
            &[(S::Paid, S::Cancelled)],
        ),
        (
            I::Extend {
                now: at(4),
                ends_at: at(5),
            },
            &[(S::Running, S::Running)],
        ),
        (
            I::Terminate {
                now: at(4),
                ends_at: at(5),
            },
            &[(S::Running, S::Closing)],
        ),
        (
            I::End {
                now: at(5),
                ends_at: at(5),
            },
            &[(S::Running, S::Closing)],
        ),
        (I::Fault, &[(S::Running, S::Running)]),
        (I::FailLine { is_over: false }, &[(S::Running, S::Running)]),
        (I::FailLine { is_over: true }, &[(S::Running, S::Closing)]),
        (
            I::BoundaryRecord,
            &[(S::Running, S::Running), (S::Closing, S::Closing)],
        ),
        (I::FinalRecord, &[(S::Closing, S::Settling)]),
        (
            I::EndUnreported {
                now: at(6),
                final_record_until: at(5),
            },
            &[(S::Closing, S::Settling)],
        ),
        (
            I::Settle { all_earned: true },
            &[
                (S::Settling, S::Settled),
                (S::Cancelled, S::Settled),
                (S::Expired, S::Settled),
            ],
        ),
    ]
}

#[test]
fn each_state_takes_exactly_the_inputs_of_its_rows() {
    for (input, rows) in table() {
        for state in STATES {
            let expected = rows
                .iter()
                .find(|(from, _)| *from == state)
                .map(|(_, to)| *to)
                .ok_or(BookingRuleError::WrongState);
            assert_eq!(state.transition(input), expected, "{state:?} {input:?}");
        }
    }
}

#[test]
fn guards_hold_on_both_sides_of_their_deadline() {
    use BookingInput as I;
    use BookingRuleError as E;
    use BookingStatus as S;
    let refused = [
        (
            S::Booked,
            I::Pay {
                now: at(6),
                deadline: at(5),
                full: true,
            },
            E::DeadlinePassed,
        ),
        (
            S::Funded,
            I::LockLines {
                now: at(6),
                lock_until: at(5),
                all: true,
                lock_failed: false,
            },
            E::DeadlinePassed,
        ),
        (
            S::Funded,
            I::LockLines {
                now: at(5),
                lock_until: at(5),
                all: true,
                lock_failed: true,
            },
            E::LockFailed,
        ),
        (
            S::Booked,
            I::Expire {
                now: at(5),
                deadline: at(5),
                lock_failed: true,
            },
            E::DeadlineNotPassed,
        ),
        (
            S::Funded,
            I::Expire {
                now: at(5),
                deadline: at(5),
                lock_failed: false,
            },
            E::DeadlineNotPassed,
        ),
        (
            S::Paid,
            I::Start {
                now: at(6),
                start_by: at(5),
            },
            E::DeadlinePassed,
        ),
        (
            S::Paid,
            I::CancelUnstarted {
                now: at(5),
                start_by: at(5),
            },
            E::DeadlineNotPassed,
        ),
        (
            S::Running,
            I::Extend {
                now: at(5),
                ends_at: at(5),
            },
            E::DeadlinePassed,
        ),
        (
            S::Running,
            I::Terminate {
                now: at(5),
                ends_at: at(5),
            },
            E::DeadlinePassed,
        ),
        (
            S::Running,
            I::End {
                now: at(4),
                ends_at: at(5),
            },
            E::DeadlineNotPassed,
        ),
        (
            S::Closing,
            I::EndUnreported {
                now: at(5),
                final_record_until: at(5),
            },
            E::DeadlineNotPassed,
        ),
        (S::Settling, I::Settle { all_earned: false }, E::PayOpen),
    ];
    for (state, input, error) in refused {
        assert_eq!(state.transition(input), Err(error), "{state:?} {input:?}");
    }
    let partly = I::Pay {
        now: at(5),
        deadline: at(5),
        full: false,
    };
    assert_eq!(S::Booked.transition(partly), Ok(S::PartiallyPaid));
    assert_eq!(S::PartiallyPaid.transition(partly), Ok(S::PartiallyPaid));
    let some = I::LockLines {
        now: at(5),
        lock_until: at(5),
        all: false,
        lock_failed: false,
    };
    assert_eq!(S::Funded.transition(some), Ok(S::Funded));
    let failed = I::Expire {
        now: at(1),
        deadline: at(5),
        lock_failed: true,
    };
    assert_eq!(S::Funded.transition(failed), Ok(S::Expired));
    let unearned = I::Settle { all_earned: false };
    assert_eq!(S::Expired.transition(unearned), Ok(S::Settled));
}

#[test]
fn stored_forms_read_back() {
    for state in STATES {
        assert_eq!(BookingStatus::from_u8(state as u8), Some(state));
    }
    assert_eq!(BookingStatus::from_u8(10), None);
    for value in 0..6 {
        assert_eq!(LineStatus::from_u8(value).map(|s| s as u8), Some(value));
    }
    assert_eq!(LineStatus::from_u8(6), None);
    for value in 0..3 {
        assert_eq!(RecordStatus::from_u8(value).map(|s| s as u8), Some(value));
    }
    assert_eq!(RecordStatus::from_u8(3), None);
    assert_eq!(Currency::from_u8(0), Some(Currency::Usdc));
    assert_eq!(Currency::from_u8(1), Some(Currency::Io));
    assert_eq!(Currency::from_u8(2), None);
    assert_eq!(Stamp::from_u8(0), Some(Stamp::Schedule));
    assert_eq!(Stamp::from_u8(1), Some(Stamp::Ide));
    assert_eq!(Stamp::from_u8(2), None);
    assert_eq!(PaySource::from_u8(0), Some(PaySource::Wallet));
    assert_eq!(PaySource::from_u8(1), Some(PaySource::Mirror));
    assert_eq!(PaySource::from_u8(2), None);
    for state in STATES {
        let holds = [
            BookingStatus::Funded,
            BookingStatus::Paid,
            BookingStatus::Running,
        ];
        assert_eq!(state.may_hold_devices(), holds.contains(&state));
    }
}

#[test]
fn line_takes_exactly_the_inputs_of_its_rows() {
    use LineInput as I;
    use LineStatus as S;
    let replace = |now| I::Replace {
        now: at(now),
        until: at(5),
    };
    let fail = |now, is_replaceable| I::Fail {
        now: at(now),
        until: at(5),
        is_replaceable,
    };
    let rows = [
        (S::Reserved, I::Lock, S::Hired),
        (S::Hired, I::Fault, S::Failing),
        (S::Hired, I::End, S::Ended),
        (S::Failing, replace(5), S::Replaced),
        (S::Failing, fail(6, true), S::Failed),
        (S::Failing, fail(0, false), S::Failed),
        (S::Failing, I::End, S::Failed),
    ];
    let inputs = [
        I::Lock,
        I::Fault,
        replace(5),
        fail(6, true),
        fail(0, false),
        I::End,
    ];
    for state in (0..6).filter_map(S::from_u8) {
        for input in inputs {
            let expected = rows
                .iter()
                .find(|(from, with, _)| *from == state && *with == input)
                .map(|(_, _, to)| *to)
                .ok_or(BookingRuleError::WrongState);
            assert_eq!(state.transition(input), expected, "{state:?} {input:?}");
        }
        assert_eq!(
            state.is_faulty(),
            [S::Failing, S::Replaced, S::Failed].contains(&state)
        );
    }
    assert_eq!(
        S::Failing.transition(replace(6)),
        Err(BookingRuleError::DeadlinePassed)
    );
    assert_eq!(
        S::Failing.transition(fail(5, true)),
        Err(BookingRuleError::DeadlineNotPassed)
    );
}

#[test]
fn booking_that_ends_in_the_second_of_a_boundary_record_still_has_its_final_record() {
    let clock = RecordClock {
        start: at(0),
        end: at(DAY),
        is_over: true,
    };
    assert_eq!(
        (clock.final_seq(), clock.last_seq(0), clock.last_seq(1)),
        (Ok(0), Ok(0), Ok(1))
    );
    assert_eq!(clock.elapsed_minutes(0, 0, true, at(DAY)), Ok(1_440));
    assert_eq!(clock.elapsed_minutes(1, 1, true, at(DAY)), Ok(1_440));
    assert_eq!(clock.cut(0, false), Ok(at(DAY)));
    assert_eq!(clock.cut(7, true), Ok(at(DAY)));
    for (time, boundary) in [
        (-1, 0),
        (0, 0),
        (DAY - 1, 0),
        (DAY, DAY),
        (2 * DAY + 5, 2 * DAY),
    ] {
        assert_eq!(clock.boundary_before(at(time)), Ok(at(boundary)));
    }
}

#[test]
fn record_is_final_after_its_challenge_period() {
    let over = |now| RecordInput::PeriodOver {
        now: at(now),
        challenge_until: at(10),
        ruling_until: at(20),
    };
    assert_eq!(
        RecordStatus::Accepted.transition(over(10)),
        Err(BookingRuleError::ChallengeOpen)
    );
    assert_eq!(
        RecordStatus::Accepted.transition(over(11)),
        Ok(RecordStatus::Final)
    );
    assert_eq!(
        RecordStatus::Final.transition(over(0)),
        Ok(RecordStatus::Final)
    );
    // an arbiter that stays silent leaves the record as it is
    assert_eq!(
        RecordStatus::Challenged.transition(over(20)),
        Err(BookingRuleError::RulingOpen)
    );
    assert_eq!(
        RecordStatus::Challenged.transition(over(21)),
        Ok(RecordStatus::Final)
    );
}

#[test]
fn record_is_challenged_once_and_ruled_once_in_time() {
    let challenge = |now, lost| RecordInput::Challenge {
        now: at(now),
        challenge_until: at(10),
        lost,
        most_lost: 2,
    };
    let rule = |now| RecordInput::Rule {
        now: at(now),
        ruling_until: at(20),
    };
    let accepted = RecordStatus::Accepted;
    assert_eq!(
        accepted.transition(challenge(10, 1)),
        Ok(RecordStatus::Challenged)
    );
    assert_eq!(
        accepted.transition(challenge(11, 0)),
        Err(BookingRuleError::DeadlinePassed)
    );
    assert_eq!(
        accepted.transition(challenge(10, 2)),
        Err(BookingRuleError::TooManyLostChallenges)
    );
    assert_eq!(
        RecordStatus::Challenged.transition(rule(20)),
        Ok(RecordStatus::Final)
    );
    assert_eq!(
        RecordStatus::Challenged.transition(rule(21)),
        Err(BookingRuleError::DeadlinePassed)
    );
    for (state, input) in [
        (RecordStatus::Challenged, challenge(0, 0)),
        (RecordStatus::Final, challenge(0, 0)),
        (RecordStatus::Accepted, rule(0)),
        (RecordStatus::Final, rule(0)),
    ] {
        assert_eq!(
            state.transition(input),
            Err(BookingRuleError::WrongState),
            "{state:?}"
        );
    }
}

#[test]
fn operation_sequence_admits_each_number_once() {
    assert_eq!(next_op_seq(0, 0), Ok(1));
    assert_eq!(next_op_seq(1, 0), Err(BookingRuleError::WrongOpSeq));
    assert_eq!(next_op_seq(1, 2), Err(BookingRuleError::WrongOpSeq));
    assert_eq!(
        next_op_seq(u32::MAX, u32::MAX),
        Err(BookingRuleError::Math(MathError::Overflow))
    );
}

#[test]
fn started_minute_counts_whole() {
    for (seconds, minutes) in [(-5, 0), (0, 0), (1, 1), (60, 1), (61, 2), (10_800, 180)] {
        assert_eq!(run_minutes(at(1_000), at(1_000 + seconds)), Ok(minutes));
    }
    assert_eq!(
        run_minutes(at(i64::MIN), at(i64::MAX)),
        Err(BookingRuleError::Math(MathError::Overflow))
    );
    assert_eq!(booked_end(at(10), 60), Ok(at(3_610)));
    assert_eq!(
        booked_end(at(i64::MAX), 1),
        Err(BookingRuleError::Math(MathError::Overflow))
    );
}

#[test]
fn records_come_at_boundaries_and_at_the_end() {
    let clock = |seconds: i64, is_over| RecordClock {
        start: at(0),
        end: at(seconds),
        is_over,
    };
    for (seconds, final_seq) in [
        (0, 0),
        (10_800, 0),
        (DAY, 0),
        (DAY + 1, 1),
        (2 * DAY, 1),
        (2 * DAY + 60, 2),
    ] {
        assert_eq!(clock(seconds, true).final_seq(), Ok(final_seq), "{seconds}");
    }
    let running = clock(2 * DAY, false);
    assert_eq!(running.elapsed_minutes(0, 0, false, at(DAY)), Ok(1_440));
    assert_eq!(
        running.elapsed_minutes(0, 0, false, at(DAY - 1)),
        Err(BookingRuleError::RecordEarly)
    );
    assert_eq!(
        running.elapsed_minutes(1, 0, false, at(DAY)),
        Err(BookingRuleError::WrongRecord)
    );
    assert_eq!(
        running.elapsed_minutes(1, 1, false, at(3 * DAY)),
        Err(BookingRuleError::WrongRecordKind)
    );
    assert_eq!(
        running.elapsed_minutes(1, 1, true, at(3 * DAY)),
        Err(BookingRuleError::RecordEarly)
    );
    let over = clock(2 * DAY - 61, true);
    assert_eq!(
        over.elapsed_minutes(0, 0, true, at(3 * DAY)),
        Err(BookingRuleError::WrongRecordKind)
    );
    assert_eq!(over.elapsed_minutes(1, 1, true, at(3 * DAY)), Ok(2_879));
}

proptest! {
    #[test]
    fn last_boundary_lies_before_the_end(seconds in 1i64..31_536_000) {
        let clock = RecordClock { start: at(7), end: at(7 + seconds), is_over: true };
        let run = i64::from(run_minutes(clock.start, clock.end).unwrap());
        let last = i64::from(clock.final_seq().unwrap());
        prop_assert!(last * 1_440 < run && run <= (last + 1) * 1_440);
    }
}
