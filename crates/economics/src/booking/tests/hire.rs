//! The machine of a booking: its rows, its deadlines, its stored form.

use super::*;

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
