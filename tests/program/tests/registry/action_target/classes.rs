//! Decisions on processor classes.

use super::*;

#[test]
fn created_class_is_in_force_at_once() {
    let world = World::new();
    let payload = ActionKind::CreateClass {
        id: 900,
        name: name("Future GPU"),
        terms: terms(12_345),
    };
    let live = world.get::<Config>(&addresses::config()).live_classes;
    let record = enact(&world, &payload);
    let class: ProcessorClass = world.get(&addresses::class(900));
    assert_eq!(
        (class.id, class.name, class.pool),
        (900, name("Future GPU"), 2)
    );
    assert_eq!(class.reward_multiplier(world.now()), 12_345);
    assert_eq!(class.stake_multiplier(world.now()), 12_345);
    assert_eq!(
        (
            class.max_cpu_pct,
            class.max_gpu_pct,
            class.floor_price_usd_micros
        ),
        (30, 20, 77)
    );
    assert_eq!(
        world.get::<Config>(&addresses::config()).live_classes,
        live + 1
    );
    let event: ClassCreated = world.event(registry::ID, &record);
    assert_eq!(
        (event.id, event.name, event.terms, event.seq),
        (900, name("Future GPU"), terms(12_345), 1)
    );
}

#[test]
fn class_is_created_by_create_class_only_and_once() {
    let world = World::new();
    let create = ActionKind::CreateClass {
        id: 900,
        name: name("Future GPU"),
        terms: terms(1),
    };
    let id = queue(&world, &create);
    let other = set_param(&POLL_KEEP, POLL_KEEP.max);
    let other_id = queue(&world, &other);
    world.warp(world.plan.governance_timelock_seconds);
    let stranger = stranger(&world);

    let seal_like = instructions::execute_action(&stranger.pubkey(), id, &ActionKind::SealGenesis);
    let result = world.send(&stranger, &[], &[seal_like]);
    expect_error(result, registry::ID, RegistryError::UseCreateClass, 0);
    let result = world.send(
        &stranger,
        &[],
        &[instructions::create_class(
            &stranger.pubkey(),
            other_id,
            900,
        )],
    );
    expect_error(result, registry::ID, RegistryError::NotCreateClass, 0);
    let result = world.send(
        &stranger,
        &[],
        &[instructions::create_class(&stranger.pubkey(), id, 901)],
    );
    expect_framework_error(
        result,
        registry::ID,
        anchor_lang::error::ErrorCode::ConstraintSeeds,
        0,
    );

    execute(&world, id, &create).expect("with its own instruction");
    let again = try_enact(&world, &create);
    expect_error(again, registry::ID, 0u32, 0); // the system program: the address is in use
}

#[test]
fn create_class_before_its_time_is_refused() {
    let world = World::new();
    let create = ActionKind::CreateClass {
        id: 900,
        name: name("Future GPU"),
        terms: terms(1),
    };
    let id = queue(&world, &create);
    expect_error(
        execute(&world, id, &create),
        registry::ID,
        RegistryError::TimelockNotOver,
        0,
    );
}

#[test]
fn class_terms_and_names_outside_their_bounds_are_refused() {
    let world = World::new();
    let class = |terms| ActionKind::SetClass {
        id: live_class(),
        terms,
    };
    let named = |name| ActionKind::CreateClass {
        id: 900,
        name,
        terms: terms(1),
    };
    let mut gap = name("Gap");
    gap[10] = b'x';
    let mut latin = [0; 32];
    latin[0] = 0xE9;
    for (payload, error) in [
        (
            class(terms(1_000_001)),
            RegistryError::MultiplierOutOfBounds,
        ),
        (
            class(ClassTerms {
                pool: Pool::Unsupported,
                ..terms(1)
            }),
            RegistryError::UnsupportedClassMultiplier,
        ),
        (
            class(ClassTerms {
                max_cpu_pct: 101,
                ..terms(1)
            }),
            RegistryError::CeilingOutOfBounds,
        ),
        (
            class(ClassTerms {
                max_gpu_pct: 254,
                ..terms(1)
            }),
            RegistryError::CeilingOutOfBounds,
        ),
        (
            class(ClassTerms {
                floor_price_usd_micros: 0,
                ..terms(1)
            }),
            RegistryError::MissingFloorPrice,
        ),
        (named([0; 32]), RegistryError::InvalidClassName),
        (named(gap), RegistryError::InvalidClassName),
        (named(latin), RegistryError::InvalidClassName),
    ] {
        expect_error(try_queue(&world, &payload), registry::ID, error, 0);
    }
}

#[test]
fn changed_class_reaches_rewards_next_hour_and_raised_stake_after_the_grace() {
    let world = World::new();
    let id = live_class();
    let before: ProcessorClass = world.get(&addresses::class(id));
    let (old, new) = (before.mult_now, before.mult_now + 5_000);
    let record = enact(
        &world,
        &ActionKind::SetClass {
            id,
            terms: terms(new),
        },
    );
    let class: ProcessorClass = world.get(&addresses::class(id));
    let now = world.now();
    let next_hour = (now / 3_600 + 1) * 3_600;
    let after_grace = now + MULTIPLIER_GRACE.default;
    assert_eq!(
        (
            class.reward_multiplier(next_hour - 1),
            class.reward_multiplier(next_hour)
        ),
        (old, new)
    );
    assert_eq!(
        (
            class.stake_multiplier(after_grace - 1),
            class.stake_multiplier(after_grace)
        ),
        (old, new)
    );
    let event: ClassChanged = world.event(registry::ID, &record);
    assert_eq!(
        (
            event.reward_multiplier_fp.old,
            event.reward_multiplier_fp.new
        ),
        (old, new)
    );
    assert_eq!(
        (event.stake_multiplier_fp.old, event.stake_multiplier_fp.new),
        (old, new)
    );
    assert_eq!(
        (event.reward_multiplier_at, event.stake_multiplier_at.new),
        (next_hour, after_grace)
    );
    assert_eq!(
        (event.pool.new, event.floor_price_usd_micros.new, event.seq),
        (2, 77, 2)
    );

    let result = try_enact(
        &world,
        &ActionKind::SetClass {
            id,
            terms: terms(new + 1),
        },
    );
    expect_error(result, registry::ID, RegistryError::RaiseInsideGrace, 0);
}

#[test]
fn withdrawn_class_leaves_the_count_and_keeps_its_stake_multiplier() {
    let world = World::new();
    let id = live_class();
    let old = world.get::<ProcessorClass>(&addresses::class(id)).mult_now;
    let live = world.get::<Config>(&addresses::config()).live_classes;
    enact(
        &world,
        &ActionKind::SetClass {
            id,
            terms: terms(0),
        },
    );
    world.warp(3_600);
    let class: ProcessorClass = world.get(&addresses::class(id));
    assert!(class.is_withdrawn(world.now()));
    assert_eq!(class.stake_multiplier(world.now()), old);
    assert_eq!(
        world.get::<Config>(&addresses::config()).live_classes,
        live - 1
    );
    enact(
        &world,
        &ActionKind::SetClass {
            id,
            terms: terms(old),
        },
    );
    assert_eq!(world.get::<Config>(&addresses::config()).live_classes, live);
}

#[test]
fn terms_of_another_class_are_refused() {
    let world = World::new();
    let payload = ActionKind::SetClass {
        id: live_class(),
        terms: terms(1),
    };
    let id = queue(&world, &payload);
    world.warp(world.plan.governance_timelock_seconds);
    let stranger = stranger(&world);
    let instruction = instructions::execute_action(&stranger.pubkey(), id, &payload);
    let wrong = with_account(
        instruction.clone(),
        CLASS,
        addresses::class(withdrawn_class()),
    );
    expect_error(
        world.send(&stranger, &[], &[wrong]),
        registry::ID,
        RegistryError::WrongTarget,
        0,
    );
    let missing = with_account(instruction, CLASS, registry::ID);
    expect_error(
        world.send(&stranger, &[], &[missing]),
        registry::ID,
        RegistryError::MissingTarget,
        0,
    );
}
