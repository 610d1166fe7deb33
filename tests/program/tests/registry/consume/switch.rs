//! Rates of classes and the switch to the engine.

use super::*;

#[test]
fn first_rates_of_a_class_count_it_as_rated() {
    let (world, ide, _) = world_with_callers();
    let live = config(&world).live_classes;
    for (class, rated) in [(live_class(), 1), (withdrawn_class(), 1), (live_class(), 1)] {
        let payload = rates(class);
        let id = ready(&world, &payload);
        let first = !world
            .get::<ProcessorClass>(&addresses::class(class))
            .rates_set;
        let record = consume(&world, &ide, id, &payload).expect("the engine consumes");
        let account: ProcessorClass = world.get(&addresses::class(class));
        assert!(account.rates_set);
        let config = config(&world);
        assert_eq!(
            (config.live_classes, config.rated_live_classes),
            (live, rated)
        );
        if first {
            let event: ClassRated = world.event(registry::ID, &record);
            assert_eq!(
                (event.class, event.actor, event.seq),
                (addresses::class(class), ide.pubkey(), account.event_seq)
            );
            assert_eq!(
                (event.live_classes, event.rated_live_classes),
                (live, rated)
            );
        }
    }
}

#[test]
fn mode_switch_waits_for_its_own_timelock() {
    let (world, ide, _) = world_with_callers();
    let payload = ActionKind::ScheduleSwitch;
    let id = queue(&world, &payload);
    let action: Action = world.get(&addresses::action(id));
    assert_eq!(action.eta, world.now() + MODE_TIMELOCK.default);
    world.warp(MODE_TIMELOCK.default - 1);
    expect_error(
        consume(&world, &ide, id, &payload),
        registry::ID,
        RegistryError::TimelockNotOver,
        0,
    );
    world.warp(1);
    consume(&world, &ide, id, &payload).expect("at eta");
}

/// Marks every live class as rated, as the engine does one by one.
fn rate_all(world: &World) {
    for class in tables::classes().expect("the tables parse") {
        rewrite::<ProcessorClass>(world, &addresses::class(class.id), |account| {
            account.rates_set = account.mult_now != 0
        });
    }
    rewrite::<Config>(world, &addresses::config(), |config| {
        config.rated_live_classes = config.live_classes
    });
}

fn set_hour(world: &World, caller: &Keypair) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::set_switch_hour(&caller.pubkey())],
    )
}

#[test]
fn switch_hour_is_the_next_day_and_never_moves() {
    let (world, ide, _) = world_with_callers();
    rate_all(&world);
    let record = set_hour(&world, &ide).expect("the engine switches");
    let day = world.now().div_euclid(86_400) as u64;
    assert_eq!(config(&world).ide_from_hour, 24 * (day + 1));
    let event: SwitchScheduled = world.event(registry::ID, &record);
    assert_eq!(
        (event.ide_from_hour.old, event.ide_from_hour.new),
        (u64::MAX, 24 * (day + 1))
    );
    assert_eq!(
        (event.actor, event.seq),
        (ide.pubkey(), config(&world).event_seq)
    );
    world.warp(86_400);
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::SwitchAlreadySet,
        0,
    );
    assert_eq!(config(&world).ide_from_hour, 24 * (day + 1));
}

#[test]
fn switch_needs_the_engine_and_rates_of_every_live_class() {
    let (world, ide, booking) = world_with_callers();
    for key in [&booking, &world.governance] {
        expect_error(
            set_hour(&world, key),
            registry::ID,
            RegistryError::NotIdeProgram,
            0,
        );
    }
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::ClassRatesMissing,
        0,
    );
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.rated_live_classes = config.live_classes - 1
    });
    world.warp(1);
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::ClassRatesMissing,
        0,
    );
}

#[test]
fn after_the_switch_a_class_is_live_only_with_rates() {
    let (world, ide, _) = world_with_callers();
    rate_all(&world);
    set_hour(&world, &ide).expect("the engine switches");
    let terms = |multiplier_fp| ClassTerms {
        pool: Pool::Community,
        multiplier_fp,
        max_cpu_pct: 30,
        max_gpu_pct: 20,
        floor_price_usd_micros: 77,
    };
    let mut name = [0; 32];
    name[..3].copy_from_slice(b"New");
    let create = |multiplier_fp| ActionKind::CreateClass {
        id: 901,
        name,
        terms: terms(multiplier_fp),
    };
    let live = try_enact(&world, &create(10_000));
    expect_error(live, registry::ID, RegistryError::ClassRatesMissing, 0);
    enact(&world, &create(0));
    let set = |multiplier_fp| ActionKind::SetClass {
        id: 901,
        terms: terms(multiplier_fp),
    };
    let live = try_enact(&world, &set(10_000));
    expect_error(live, registry::ID, RegistryError::ClassRatesMissing, 0);
    let payload = rates(901);
    let id = ready(&world, &payload);
    consume(&world, &ide, id, &payload).expect("the first rates");
    let before = config(&world);
    enact(&world, &set(10_000));
    let after = config(&world);
    assert_eq!(after.live_classes, before.live_classes + 1);
    assert_eq!(after.rated_live_classes, before.rated_live_classes + 1);
    enact(&world, &set(0));
    assert_eq!(config(&world).live_classes, before.live_classes);
    assert_eq!(config(&world).rated_live_classes, before.rated_live_classes);
}
