//! What an action changes: parameters, classes, the verifier set, devices.

mod classes;

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
