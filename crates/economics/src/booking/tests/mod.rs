//! Machines of booking, line and record, every state against every input.

mod hire;
mod work_record;

use proptest::prelude::*;

use super::*;
use crate::{
    math::MathError,
    units::{UnixSeconds, DAY},
};

const fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds)
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
