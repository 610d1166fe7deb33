use super::*;

const GRACE: i64 = 100_000;

fn terms(multiplier_fp: u32) -> ClassTerms {
    ClassTerms {
        pool: Pool::Enterprise,
        multiplier_fp,
        max_cpu_pct: 30,
        max_gpu_pct: NO_CEILING,
        floor_price_usd_micros: 1,
    }
}

fn class(multiplier_fp: u32) -> ProcessorClass {
    ProcessorClass::new(255, 1, [65; CLASS_NAME_LEN], &terms(multiplier_fp), 0)
}

#[test]
fn new_class_is_in_force_at_once_on_both_sides() {
    let class = class(20_000);
    assert_eq!(class.reward_multiplier(0), 20_000);
    assert_eq!(class.stake_multiplier(0), 20_000);
}

#[test]
fn raise_reaches_rewards_next_hour_and_stake_after_the_grace() {
    let mut class = class(20_000);
    class.set_terms(&terms(30_000), GRACE, 10).unwrap();
    assert_eq!(class.reward_multiplier(3_599), 20_000);
    assert_eq!(class.reward_multiplier(3_600), 30_000);
    assert_eq!(class.stake_multiplier(GRACE + 9), 20_000);
    assert_eq!(class.stake_multiplier(GRACE + 10), 30_000);
}

#[test]
fn lowering_reaches_both_sides_next_hour() {
    let mut class = class(20_000);
    class.set_terms(&terms(5_000), GRACE, 10).unwrap();
    assert_eq!(class.reward_multiplier(3_599), 20_000);
    assert_eq!(class.reward_multiplier(3_600), 5_000);
    assert_eq!(class.stake_multiplier(3_599), 20_000);
    assert_eq!(class.stake_multiplier(3_600), 5_000);
}

#[test]
fn withdrawn_class_keeps_the_stake_multiplier_in_force() {
    let mut class = class(20_000);
    class.set_terms(&terms(30_000), GRACE, 10).unwrap();
    class.set_terms(&terms(0), GRACE, 5_000).unwrap();
    assert!(!class.is_withdrawn(7_199));
    assert!(class.is_withdrawn(7_200));
    assert_eq!(class.stake_multiplier(i64::MAX), 20_000);
    class.set_terms(&terms(25_000), GRACE, 9_000).unwrap();
    assert_eq!(class.stake_multiplier(9_000 + GRACE - 1), 20_000);
    assert_eq!(class.stake_multiplier(9_000 + GRACE), 25_000);
}

#[test]
fn class_without_a_multiplier_counts_as_one_and_its_first_is_immediate() {
    let mut class = class(0);
    assert_eq!(class.stake_multiplier(0), MULTIPLIER_ONE);
    class.set_terms(&terms(30_000), GRACE, 10).unwrap();
    assert_eq!(class.stake_multiplier(10), 30_000);
    assert_eq!(class.reward_multiplier(10), 0);
    assert_eq!(class.reward_multiplier(3_600), 30_000);
}

#[test]
fn further_raise_inside_the_grace_is_refused() {
    let mut class = class(20_000);
    class.set_terms(&terms(30_000), GRACE, 10).unwrap();
    assert_eq!(
        class.set_terms(&terms(30_001), GRACE, 20),
        Err(RegistryError::RaiseInsideGrace.into())
    );
    assert!(class.set_terms(&terms(30_001), GRACE, 10 + GRACE).is_ok());
}

#[test]
fn pool_ceilings_and_floor_follow_next_hour() {
    let mut class = class(20_000);
    let new = ClassTerms {
        pool: Pool::Community,
        multiplier_fp: 20_000,
        max_cpu_pct: 31,
        max_gpu_pct: 21,
        floor_price_usd_micros: 2,
    };
    class.set_terms(&new, GRACE, 10).unwrap();
    let (before, after) = (class.terms_at(3_599), class.terms_at(3_600));
    assert_eq!((before.pool, before.max_cpu_pct), (1, 30));
    assert_eq!((before.max_gpu_pct, class.floor_price(3_599)), (255, 1));
    assert_eq!((after.pool, after.max_cpu_pct), (2, 31));
    assert_eq!((after.max_gpu_pct, class.floor_price(3_600)), (21, 2));
    // a second change of the hour keeps what the hour began with
    class.set_terms(&terms(20_000), GRACE, 20).unwrap();
    assert_eq!(class.floor_price(3_599), 1);
    assert_eq!(class.terms_at(3_600).pool, 1);
}

#[test]
fn terms_are_bounded_on_both_sides() {
    assert!(terms(MAX_MULTIPLIER).check().is_ok());
    assert_eq!(
        terms(MAX_MULTIPLIER + 1).check(),
        Err(RegistryError::MultiplierOutOfBounds.into())
    );
    let unsupported = ClassTerms {
        pool: Pool::Unsupported,
        ..terms(0)
    };
    assert!(unsupported.check().is_ok());
    let paid = ClassTerms {
        multiplier_fp: 1,
        ..unsupported
    };
    assert_eq!(
        paid.check(),
        Err(RegistryError::UnsupportedClassMultiplier.into())
    );
    for (ceiling, lawful) in [
        (0, true),
        (100, true),
        (101, false),
        (254, false),
        (255, true),
    ] {
        let cpu = ClassTerms {
            max_cpu_pct: ceiling,
            ..terms(1)
        };
        let gpu = ClassTerms {
            max_gpu_pct: ceiling,
            ..terms(1)
        };
        assert_eq!(cpu.check().is_ok(), lawful);
        assert_eq!(gpu.check().is_ok(), lawful);
    }
    let free = ClassTerms {
        floor_price_usd_micros: 0,
        ..terms(1)
    };
    assert_eq!(free.check(), Err(RegistryError::MissingFloorPrice.into()));
    let withdrawn = ClassTerms {
        multiplier_fp: 0,
        ..free
    };
    assert!(withdrawn.check().is_ok());
}
