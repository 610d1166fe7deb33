//! What an action changes: parameters, classes, the verifier set, devices.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::params::{
    Program as Consumer,
    booking::{MAX_MINUTES, MIN_MINUTES},
    registry::{MULTIPLIER_GRACE, POLL_KEEP},
    staking::BASE_STAKE,
};
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    error::RegistryError,
    events::{
        ClassChanged, ClassCreated, DeviceStatusChanged, ParamChanged, StatusReason,
        VerifierSetChanged,
    },
    state::{
        ActionKind, ClassTerms, Config, Device, Params, Pool, ProcessorClass, VerifierKeys,
        VerifierSet,
    },
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn set_param(param: &ion_economics::params::Param, value: i64) -> ActionKind {
    ActionKind::SetParam {
        program: param.program.to_u8(),
        slot: param.slot,
        value,
    }
}

fn terms(multiplier_fp: u32) -> ClassTerms {
    ClassTerms {
        pool: Pool::Community,
        multiplier_fp,
        max_cpu_pct: 30,
        max_gpu_pct: 20,
        floor_price_usd_micros: 77,
    }
}

fn name(text: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name
}

/// Index of the first target among the accounts of `execute_action`.
const PARAMS: usize = 4;
const CLASS: usize = 5;
const VERIFIERS: usize = 7;
const DEVICE: usize = 8;

#[test]
fn ordinary_parameter_is_in_force_from_the_next_hour() {
    let world = World::new();
    let record = enact(&world, &set_param(&POLL_KEEP, POLL_KEEP.max));
    let params: Params = world.get(&addresses::params(&registry::ID));
    let from = (world.now() / 3_600 + 1) * 3_600;
    assert_eq!(params.value(&POLL_KEEP, from - 1), POLL_KEEP.default);
    assert_eq!(params.value(&POLL_KEEP, from), POLL_KEEP.max);
    let event: ParamChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.consumer, event.slot),
        (Consumer::Registry.to_u8(), POLL_KEEP.slot)
    );
    assert_eq!(
        (event.value.old, event.value.new),
        (POLL_KEEP.default, POLL_KEEP.max)
    );
    assert_eq!((event.effective_at, event.seq), (from, params.event_seq));
}

#[test]
fn raised_base_stake_is_announced_and_a_further_raise_refused() {
    let world = World::new();
    let raised = BASE_STAKE.default * 2;
    let record = enact(&world, &set_param(&BASE_STAKE, raised));
    let from = world.now() + MULTIPLIER_GRACE.default;
    let params: Params = world.get(&addresses::params(&staking::ID));
    assert_eq!(params.value(&BASE_STAKE, from - 1), BASE_STAKE.default);
    assert_eq!(params.value(&BASE_STAKE, from), raised);
    let event: ParamChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.value.old, event.value.new, event.effective_at),
        (BASE_STAKE.default, raised, from)
    );

    let milder = raised - 1;
    enact(&world, &set_param(&BASE_STAKE, milder));
    let params: Params = world.get(&addresses::params(&staking::ID));
    assert_eq!(params.value(&BASE_STAKE, from), milder);
    let result = try_enact(&world, &set_param(&BASE_STAKE, raised));
    expect_error(result, registry::ID, RegistryError::RaiseInsideGrace, 0);
}

#[test]
fn limits_in_the_wrong_order_are_refused() {
    let world = World::new();
    enact(&world, &set_param(&MIN_MINUTES, 1_440));
    let result = try_enact(&world, &set_param(&MAX_MINUTES, 1_439));
    expect_error(result, registry::ID, RegistryError::ParamsOutOfOrder, 0);
    enact(&world, &set_param(&MAX_MINUTES, 1_440));
}

#[test]
fn action_with_a_missing_wrong_or_surplus_target_is_refused() {
    let world = World::new();
    let payload = set_param(&POLL_KEEP, POLL_KEEP.max);
    let id = queue(&world, &payload);
    world.warp(world.plan.governance_timelock_seconds);
    let stranger = stranger(&world);
    let good = || instructions::execute_action(&stranger.pubkey(), id, &payload);
    let send = |instruction| world.send(&stranger, &[], &[instruction]);

    let missing = with_account(good(), PARAMS, registry::ID);
    expect_error(send(missing), registry::ID, RegistryError::MissingTarget, 0);
    let wrong = with_account(good(), PARAMS, addresses::params(&booking::ID));
    expect_error(send(wrong), registry::ID, RegistryError::WrongTarget, 0);
    let mut surplus = with_account(good(), VERIFIERS, addresses::verifier_set());
    surplus.accounts[VERIFIERS].is_writable = true;
    expect_error(
        send(surplus),
        registry::ID,
        RegistryError::UnneededTarget,
        0,
    );
    send(good()).expect("with exactly its target");
}

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

#[test]
fn replaced_verifier_set_has_a_new_version() {
    let world = World::new();
    let keys: Vec<Pubkey> = std::iter::repeat_with(Pubkey::new_unique).take(5).collect();
    let payload = ActionKind::SetVerifierSet {
        set: VerifierKeys {
            keys: keys.clone(),
            threshold: 3,
        },
    };
    let record = enact(&world, &payload);
    let set: VerifierSet = world.get(&addresses::verifier_set());
    assert_eq!(
        (set.members(), set.threshold, set.version),
        (keys.as_slice(), 3, 2)
    );
    let event: VerifierSetChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.old_keys, event.new_keys),
        (world.plan.verifiers.clone(), keys)
    );
    assert_eq!((event.threshold.old, event.threshold.new), (2, 3));
    assert_eq!((event.version.old, event.version.new, event.seq), (1, 2, 2));
}

#[test]
fn governance_blocks_unblocks_and_terminates_a_device() {
    let world = World::new();
    let device = rig(&world).device;
    let steps = [
        (
            ActionKind::BlockDevice { device },
            StatusReason::BlockedByGovernance,
            0,
            7,
        ),
        (
            ActionKind::UnblockDevice { device },
            StatusReason::UnblockedByGovernance,
            7,
            2,
        ),
        (
            ActionKind::TerminateDevice { device },
            StatusReason::TerminatedByGovernance,
            2,
            8,
        ),
    ];
    for (payload, reason, old, new) in steps {
        let record = enact(&world, &payload);
        let account: Device = world.get(&device);
        assert_eq!(account.status, new);
        let event: DeviceStatusChanged = world.event(registry::ID, &record);
        assert_eq!(
            (event.reason, event.status.old, event.status.new),
            (reason, old, new)
        );
        assert_eq!((event.device, event.seq), (device, account.event_seq));
    }
    for payload in [
        ActionKind::BlockDevice { device },
        ActionKind::UnblockDevice { device },
        ActionKind::TerminateDevice { device },
    ] {
        expect_error(
            try_enact(&world, &payload),
            registry::ID,
            RegistryError::DeviceTerminated,
            0,
        );
    }
}

#[test]
fn action_on_another_device_or_in_a_wrong_state_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let other = rig(&world).device;
    let result = try_enact(&world, &ActionKind::UnblockDevice { device });
    expect_error(result, registry::ID, RegistryError::DeviceStatusForbids, 0);

    let payload = ActionKind::BlockDevice { device };
    let id = queue(&world, &payload);
    world.warp(world.plan.governance_timelock_seconds);
    let stranger = stranger(&world);
    let instruction = instructions::execute_action(&stranger.pubkey(), id, &payload);
    let wrong = with_account(instruction, DEVICE, other);
    expect_error(
        world.send(&stranger, &[], &[wrong]),
        registry::ID,
        RegistryError::WrongTarget,
        0,
    );
}
