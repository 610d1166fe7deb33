use super::*;

fn all() -> impl Iterator<Item = &'static Param> {
    Program::ALL
        .into_iter()
        .flat_map(|program| program.params())
}

#[test]
fn slots_are_consecutive_unique_and_fit_the_account() {
    for program in Program::ALL {
        for (index, param) in program.params().iter().enumerate() {
            assert_eq!(param.program, program, "{}", param.name);
            assert_eq!(usize::from(param.slot), index, "{}", param.name);
            assert!(index < SLOTS, "{}", param.name);
            assert_eq!(find(program, param.slot), Some(param));
        }
        assert_eq!(find(program, 35), None);
        assert_eq!(Program::from_u8(program.to_u8()), Some(program));
        assert_eq!(program as u8, program.to_u8());
    }
    assert_eq!(Program::from_u8(5), None);
}

#[test]
fn defaults_are_allowed_values_and_bounds_are_exact() {
    for param in all() {
        match param.zero {
            Zero::Unset => assert_eq!((param.default, param.check(0).is_err()), (0, true)),
            Zero::ByBounds | Zero::Off => {
                assert_eq!(param.check(param.default), Ok(()), "{}", param.name);
            }
        }
        assert!(param.min <= param.max);
        assert_eq!(param.check(param.min), Ok(()));
        assert_eq!(param.check(param.max), Ok(()));
        for outside in [param.min - 1, param.max.saturating_add(1)] {
            let allowed = outside == 0 && param.zero == Zero::Off || outside == param.max;
            assert_eq!(param.check(outside).is_ok(), allowed, "{}", param.name);
        }
    }
}

#[test]
fn off_value_of_an_offer_lifetime_is_zero_only() {
    assert_eq!(staking::OFFER_TTL.check(0), Ok(()));
    assert_eq!(staking::OFFER_TTL.check(1), Err(ParamError::OutOfBounds));
    assert_eq!(
        staking::OFFER_TTL.check(86_399),
        Err(ParamError::OutOfBounds)
    );
    assert_eq!(staking::OFFER_TTL.check(86_400), Ok(()));
}

#[test]
fn steps_hold_on_both_sides_of_every_value() {
    for param in all() {
        let middle = param.min + (param.max / 2 - param.min / 2);
        for old in [param.default, param.min, middle, param.max] {
            if param.check(old).is_err() {
                assert_eq!(param.check_step(old, param.max), Ok(()), "{}", param.name);
                continue;
            }
            let (low, high) = param.reach(old);
            assert!(low <= old && old <= high, "{}", param.name);
            for (new, lawful) in [
                (low, true),
                (high, true),
                (low.saturating_sub(1), low == i64::MIN),
                (high.saturating_add(1), high == i64::MAX),
            ] {
                let expected = if param.check(new).is_err() {
                    Err(ParamError::OutOfBounds)
                } else if lawful {
                    Ok(())
                } else {
                    Err(ParamError::StepTooLarge)
                };
                assert_eq!(param.check_step(old, new), expected, "{}", param.name);
            }
        }
    }
}

#[test]
fn doubling_reaches_half_rounded_up_and_double() {
    assert_eq!(staking::BASE_STAKE.step, Step::Double);
    assert_eq!(staking::BASE_STAKE.reach(7), (4, 14));
    assert_eq!(staking::BASE_STAKE.reach(8), (4, 16));
    assert_eq!(staking::VICTIM_BPS.reach(100), (-150, 350));
}

#[test]
fn a_chain_of_lawful_changes_leads_from_every_bound_to_the_other() {
    for param in all() {
        for (from, to) in [(param.min, param.max), (param.max, param.min)] {
            let mut value = from;
            let mut changes = 0;
            while value != to {
                let (low, high) = param.reach(value);
                let next = to.clamp(low, high);
                assert_eq!(param.check_step(value, next), Ok(()), "{}", param.name);
                assert_ne!(next, value, "{} is stuck at {value}", param.name);
                value = next;
                changes += 1;
            }
            assert!(changes <= 20, "{} takes {changes} changes", param.name);
        }
    }
}

#[test]
fn a_value_that_is_not_lawful_may_be_replaced_by_any_lawful_one() {
    let stake = staking::BASE_STAKE;
    for broken in [i64::MIN, 0, stake.min - 1, stake.max + 1, i64::MAX] {
        assert_eq!(stake.check_step(broken, stake.min), Ok(()));
        assert_eq!(stake.check_step(broken, stake.max), Ok(()));
    }
}

#[test]
fn ordered_pairs_are_of_one_program_and_hold_at_genesis() {
    for (low, high) in ORDERED {
        assert_eq!(low.program, high.program);
        assert!(low.default <= high.default, "{} {}", low.name, high.name);
    }
}

#[test]
fn changes_wait_for_the_block_the_epoch_or_the_grace() {
    for param in all() {
        let expected = match (param.program, param.name) {
            (Program::Staking, "base_stake") => Effect::AfterGrace(Harsher::Up),
            (Program::Staking, "max_co_portion_bps") => Effect::AfterGrace(Harsher::Down),
            (Program::Ide, _) => Effect::NextEpoch,
            _ => Effect::NextBlock,
        };
        assert_eq!(param.effect, expected, "{}", param.name);
    }
}

#[test]
fn names_are_unique_per_program_and_found() {
    for param in all() {
        let same = param
            .program
            .params()
            .iter()
            .filter(|other| other.name == param.name);
        assert_eq!(same.count(), 1, "{}", param.name);
        let shared = all().filter(|other| other.name == param.name).count() > 1;
        assert_eq!(by_name(param.name), (!shared).then_some(param));
    }
    assert_eq!(by_name("base_stake"), Some(&staking::BASE_STAKE));
    assert_eq!(by_name("ide.max_age"), Some(&ide::MAX_AGE));
    assert_eq!(by_name("booking.max_age"), Some(&booking::MAX_AGE));
    assert_eq!(by_name("staking.max_age"), None);
    assert_eq!(by_name("max_age"), None);
    assert_eq!(by_name("nothing"), None);
}

#[test]
fn copies_of_one_value_agree_in_unit_and_bounds() {
    for param in all() {
        for other in all().filter(|other| other.name == param.name) {
            assert_eq!(
                (param.unit, param.default, param.min, param.max),
                (other.unit, other.default, other.min, other.max),
                "{}",
                param.name
            );
        }
    }
}

#[test]
fn bounds_that_tie_two_parameters_hold_for_every_pair_of_values() {
    // poll_keep ≥ max_offence_age; burn floors; reliability weights leave room for uptime.
    const { assert!(registry::POLL_KEEP.min >= staking::MAX_OFFENCE_AGE.max) };
    assert_eq!(
        (ide::BURN_BPS.min, ide::UNEMITTED_BURN_BPS.min),
        (5_000, 5_000)
    );
    let weights = [
        registry::WEIGHT_WORK_PROOF,
        registry::WEIGHT_CLUSTER_TEST,
        registry::WEIGHT_STABILITY,
        registry::WEIGHT_COMPLIANCE,
    ];
    assert!(weights.iter().map(|weight| weight.max).sum::<i64>() <= 10_000);
    assert_eq!(
        10_000 - weights.iter().map(|weight| weight.default).sum::<i64>(),
        4_000
    );
}
