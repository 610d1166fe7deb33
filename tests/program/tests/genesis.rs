//! Genesis as the migrations run it, on the real programs.

use ion_client::addresses;
use ion_migrations::{genesis, tables};
use ion_program_tests::World;
use registry::state::{Config, ProcessorClass};

#[test]
fn genesis_run_to_its_end_seals_with_every_class_of_the_tables() {
    let world = World::new();
    let config: Config = world.get(&addresses::registry::config());
    assert_eq!(config.genesis_sealed_at, world.now());
    assert_eq!(config.live_classes, 45);
    for row in tables::classes().unwrap() {
        let class: ProcessorClass = world.get(&addresses::registry::class(row.id));
        assert_eq!(
            (class.id, class.reward_multiplier(world.now())),
            (row.id, row.mult_fp),
            "{}",
            row.name
        );
    }
    assert_eq!(
        world.io_of(&world.plan.treasury),
        genesis::GENESIS_SUPPLY_IO
    );
}

#[test]
fn genesis_run_again_finds_every_step_done() {
    let world = World::new();
    for step in genesis::steps(&world.plan).unwrap() {
        assert!(step.is_done(&world.chain).unwrap(), "{}", step.name);
    }
}
