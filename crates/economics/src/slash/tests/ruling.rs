//! Offence codes, their bounds and the machine of a case.

use super::*;

#[test]
fn e34_offence_older_than_the_limit_is_refused() {
    let check =
        |offence, offence_at: i64, now: i64| check_time(offence, at(offence_at), at(now), 30 * DAY);
    assert_eq!(check(Offence::Outage, T0, T0 + 30 * DAY), Ok(()));
    assert_eq!(
        check(Offence::Outage, T0, T0 + 30 * DAY + 1),
        Err(SlashRuleError::OffenceTooOld)
    );
    assert_eq!(
        check(Offence::Outage, T0 + 1, T0),
        Err(SlashRuleError::OffenceInFuture)
    );
    assert_eq!(
        check(Offence::LongOutage, T0, T0 + 48 * HOUR),
        Err(SlashRuleError::OutageTooShort)
    );
    assert_eq!(check(Offence::LongOutage, T0, T0 + 48 * HOUR + 1), Ok(()));
    assert_eq!(
        check(Offence::LastingOutage, T0, T0 + 120 * HOUR),
        Err(SlashRuleError::OutageTooShort)
    );
}

#[test]
fn codes_round_trip_and_others_are_refused() {
    for code in 0..=u8::MAX {
        match Offence::from_code(code) {
            Ok(offence) => assert_eq!(offence.code(), code),
            Err(error) => {
                assert_eq!(error, SlashRuleError::UnknownOffence);
                assert!(!(2..=7).contains(&code));
            }
        }
        match CaseState::from_code(code) {
            Ok(state) => assert_eq!(state.code(), code),
            Err(error) => assert_eq!(error, SlashRuleError::BrokenCase),
        }
    }
}

#[test]
fn table_bounds_every_code() {
    let table = OffenceTable {
        outage: 400,
        long_outage: 3_000,
        lasting_outage: 5_000,
        overuse: 0,
        overuse_repeat: 500,
        low_reliability: 200,
    };
    for (offence, is_repeat, most) in [
        (Offence::Outage, false, 400),
        (Offence::LongOutage, false, 3_000),
        (Offence::LastingOutage, false, 5_000),
        (Offence::Overuse, false, 0),
        (Offence::Overuse, true, 500),
        (Offence::LowReliability, false, 200),
        (Offence::Spoofing, false, 0),
    ] {
        assert_eq!(offence.check_bps(most, &table, is_repeat), Ok(()));
        assert_eq!(
            offence.check_bps(most + 1, &table, is_repeat),
            Err(SlashRuleError::AboveTable)
        );
    }
    assert!(Offence::LongOutage.continues(Offence::Outage));
    assert!(!Offence::Overuse.continues(Offence::LowReliability));
    assert!(Offence::Spoofing.continues(Offence::Spoofing));
}

#[test]
fn e30_appeal_and_ruling_are_good_to_their_last_second() {
    let opened = CaseClock::opened(at(T0), 100).unwrap();
    let appeal = CaseInput::Appeal {
        ruling_deadline: 50,
    };
    assert_eq!(
        opened.transition(appeal, at(T0 + 101)),
        Err(SlashRuleError::WindowOver)
    );
    let appealed = opened.transition(appeal, at(T0 + 100)).unwrap();
    assert_eq!(appealed.ruling_end, at(T0 + 150));
    assert_eq!(
        appealed.transition(appeal, at(T0 + 100)),
        Err(SlashRuleError::NotInWindow)
    );
    for (uphold, state) in [
        (0, CaseState::Restored),
        (1, CaseState::Partial),
        (9_999, CaseState::Partial),
        (10_000, CaseState::Upheld),
    ] {
        let ruled = appealed
            .transition(CaseInput::Rule(bps(uphold)), at(T0 + 150))
            .unwrap();
        assert_eq!((ruled.state, ruled.uphold_bps), (state, uphold));
        assert_eq!(ruled.is_won_by_party(), uphold < 10_000);
    }
    assert_eq!(
        appealed.transition(CaseInput::Rule(bps(10_000)), at(T0 + 151)),
        Err(SlashRuleError::RulingTooLate)
    );
    assert_eq!(
        appealed.transition(CaseInput::Finalize, at(T0 + 150)),
        Err(SlashRuleError::RulingPending)
    );
    let silent = appealed
        .transition(CaseInput::Finalize, at(T0 + 151))
        .unwrap();
    assert_eq!((silent.state, silent.uphold_bps), (CaseState::Restored, 0));
    assert!(silent.is_won_by_party());
}

#[test]
fn every_state_refuses_what_is_not_listed() {
    use CaseState as S;
    let appeal = CaseInput::Appeal { ruling_deadline: 1 };
    let states = [
        S::Window,
        S::Appealed,
        S::Upheld,
        S::Partial,
        S::Restored,
        S::Burned,
    ];
    // after both deadlines
    for state in states {
        let clock = CaseClock {
            state,
            window_end: at(T0),
            ruling_end: at(T0),
            uphold_bps: 500,
        };
        let next = |input| clock.transition(input, at(T0 + 1)).map(|clock| clock.state);
        assert_eq!(
            next(appeal),
            Err(if state == S::Window {
                SlashRuleError::WindowOver
            } else {
                SlashRuleError::NotInWindow
            })
        );
        assert_eq!(
            next(CaseInput::Withdraw),
            if state == S::Window {
                Ok(S::Restored)
            } else {
                Err(SlashRuleError::NotInWindow)
            }
        );
        assert_eq!(
            next(CaseInput::Rule(bps(1))),
            Err(if state == S::Appealed {
                SlashRuleError::RulingTooLate
            } else {
                SlashRuleError::NotAppealed
            })
        );
        assert_eq!(
            next(CaseInput::Finalize),
            match state {
                S::Window | S::Upheld | S::Partial => Ok(S::Burned),
                S::Appealed => Ok(S::Restored),
                S::Restored | S::Burned => Err(SlashRuleError::CaseDecided),
            }
        );
    }
}

fn legs(amounts: &[(usize, u64)], uphold: u16) -> CaseLegs {
    let mut all = [Io::ZERO; LEGS];
    for (leg, amount) in amounts {
        all[*leg] = unit(*amount);
    }
    CaseLegs {
        amounts: all,
        uphold: bps(uphold),
        restored: 0,
        burned: 0,
    }
}

#[test]
fn leg_is_done_once_and_case_ends_with_the_last() {
    let hold = hold_leg(1, 1);
    let mut case = legs(&[(0, 100), (hold, 10)], 5_000);
    assert_eq!(case.stake_burned(), Ok(unit(50)));
    assert_eq!(case.burn_hold(0), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.burn_hold(hold), Err(SlashRuleError::RestoreFirst));
    assert_eq!(case.restore(1), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.restore(LEGS), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(case.restore(0), Ok(unit(50)));
    assert_eq!(case.restore(0), Err(SlashRuleError::LegDone));
    assert_eq!(case.restore(hold), Ok(unit(5)));
    assert_eq!(case.is_finished(), Ok(false));
    assert_eq!(case.burn_hold(hold), Ok(unit(5)));
    assert_eq!(case.burn_hold(hold), Err(SlashRuleError::LegDone));
    assert_eq!(case.is_finished(), Ok(true));

    let mut upheld = legs(&[(2, 7)], 10_000);
    assert_eq!(upheld.restore(2), Err(SlashRuleError::NoSuchLeg));
    assert_eq!(upheld.is_finished(), Ok(true));
    assert_eq!(legs(&[], 0).is_finished(), Ok(true));
}
