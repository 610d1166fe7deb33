//! Work records: when they come, their challenge and their ruling.

use super::*;

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
