//! `update_device`, `pause_device`, `resume_device`, `terminate_device`.

use ion_client::instructions::registry as instructions;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    UpdateDeviceArgs,
    error::RegistryError,
    events::{DeviceStatusChanged, DeviceUpdated, StatusReason},
    state::Device,
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

const KEEP: UpdateDeviceArgs = UpdateDeviceArgs {
    payout_wallet: None,
    ask_usd_micros: None,
    open_until: None,
};

type Verb = fn(&Pubkey, &Pubkey) -> Instruction;
const VERBS: [Verb; 3] = [
    instructions::pause_device,
    instructions::resume_device,
    instructions::terminate_device,
];

#[test]
fn update_changes_exactly_what_is_named() {
    let world = World::new();
    let rig = rig(&world);
    let wallet = Pubkey::new_unique();
    let args = UpdateDeviceArgs {
        payout_wallet: Some(wallet),
        ask_usd_micros: Some(9),
        open_until: Some(7),
    };
    let new_key = Keypair::new();
    let instruction = instructions::update_device(
        &rig.owner.pubkey(),
        &rig.device,
        Some(new_key.pubkey()),
        args,
    );
    let record = world
        .send(&rig.owner, &[&new_key], &[instruction])
        .expect("the owner may");
    let device: Device = world.get(&rig.device);
    assert_eq!(
        (
            device.payout_wallet,
            device.ask_usd_micros,
            device.open_until
        ),
        (wallet, 9, 7)
    );
    assert_eq!(
        (device.device_key, device.id),
        (new_key.pubkey(), rig.key.pubkey())
    );
    let event: DeviceUpdated = world.event(registry::ID, &record);
    assert_eq!(
        event.payout_wallet.map(|change| (change.old, change.new)),
        Some((rig.owner.pubkey(), wallet))
    );
    assert_eq!(
        event.device_key.map(|change| (change.old, change.new)),
        Some((rig.key.pubkey(), new_key.pubkey()))
    );
    assert_eq!(
        event.ask_usd_micros.map(|change| (change.old, change.new)),
        Some((1_500_000, 9))
    );
    assert_eq!(
        event.open_until.map(|change| (change.old, change.new)),
        Some((0, 7))
    );
    assert_eq!((event.actor, event.seq), (rig.owner.pubkey(), 2));

    let one = UpdateDeviceArgs {
        ask_usd_micros: Some(10),
        ..KEEP
    };
    let record = world
        .send(
            &rig.owner,
            &[],
            &[instructions::update_device(
                &rig.owner.pubkey(),
                &rig.device,
                None,
                one,
            )],
        )
        .expect("the owner may");
    let event: DeviceUpdated = world.event(registry::ID, &record);
    assert_eq!(
        (event.payout_wallet, event.device_key, event.open_until),
        (None, None, None)
    );
    assert_eq!(world.get::<Device>(&rig.device).payout_wallet, wallet);
}

#[test]
fn update_with_bad_arguments_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    for (args, error) in [
        (KEEP, RegistryError::NothingToChange),
        (
            UpdateDeviceArgs {
                payout_wallet: Some(Pubkey::default()),
                ..KEEP
            },
            RegistryError::EmptyKey,
        ),
        (
            UpdateDeviceArgs {
                open_until: Some(-1),
                ..KEEP
            },
            RegistryError::NegativeTime,
        ),
    ] {
        let instruction = instructions::update_device(&rig.owner.pubkey(), &rig.device, None, args);
        expect_error(
            world.send(&rig.owner, &[], &[instruction]),
            registry::ID,
            error,
            0,
        );
    }
}

#[test]
fn update_to_a_key_that_does_not_sign_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let instruction = instructions::update_device(
        &rig.owner.pubkey(),
        &rig.device,
        Some(Pubkey::new_unique()),
        KEEP,
    );
    let result = world.send(&rig.owner, &[], &[without_signature(instruction, 2)]);
    expect_framework_error(
        result,
        registry::ID,
        anchor_lang::error::ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn device_of_another_owner_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let thief = stranger(&world);
    let mut all: Vec<Instruction> = VERBS
        .iter()
        .map(|verb| verb(&thief.pubkey(), &rig.device))
        .collect();
    let args = UpdateDeviceArgs {
        ask_usd_micros: Some(1),
        ..KEEP
    };
    all.push(instructions::update_device(
        &thief.pubkey(),
        &rig.device,
        None,
        args,
    ));
    for instruction in all {
        let result = world.send(&thief, &[], &[instruction]);
        expect_error(result, registry::ID, RegistryError::NotDeviceOwner, 0);
    }
}

#[test]
fn pause_and_resume_lead_through_paused_to_down() {
    let world = World::new();
    let rig = rig(&world);
    bring_up(&world, &rig.device);
    let owner = rig.owner.pubkey();
    for (verb, reason, old, new) in [
        (VERBS[0], StatusReason::PausedByOwner, 1, 6),
        (VERBS[1], StatusReason::ResumedByOwner, 6, 2),
    ] {
        let record = world
            .send(&rig.owner, &[], &[verb(&owner, &rig.device)])
            .expect("the owner may");
        let device: Device = world.get(&rig.device);
        assert_eq!(device.status, new);
        let event: DeviceStatusChanged = world.event(registry::ID, &record);
        assert_eq!(
            (event.reason, event.status.old, event.status.new),
            (reason, old, new)
        );
        assert_eq!(
            (event.actor, event.action, event.seq),
            (owner, Pubkey::default(), device.event_seq)
        );
    }
}

#[test]
fn terminated_device_is_final() {
    let world = World::new();
    let rig = rig(&world);
    let owner = rig.owner.pubkey();
    let record = world
        .send(&rig.owner, &[], &[VERBS[2](&owner, &rig.device)])
        .expect("the owner may");
    assert_eq!(world.get::<Device>(&rig.device).status, 8);
    let event: DeviceStatusChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.reason, event.status.old, event.status.new),
        (StatusReason::TerminatedByOwner, 0, 8)
    );
    world.warp(1);
    let mut all: Vec<Instruction> = VERBS.iter().map(|verb| verb(&owner, &rig.device)).collect();
    let args = UpdateDeviceArgs {
        ask_usd_micros: Some(1),
        ..KEEP
    };
    all.push(instructions::update_device(&owner, &rig.device, None, args));
    for instruction in all {
        let result = world.send(&rig.owner, &[], &[instruction]);
        expect_error(result, registry::ID, RegistryError::DeviceTerminated, 0);
    }
}

#[test]
fn verbs_in_a_status_that_does_not_list_them_are_refused() {
    let world = World::new();
    let rig = rig(&world);
    let owner = rig.owner.pubkey();
    for verb in &VERBS[..2] {
        let result = world.send(&rig.owner, &[], &[verb(&owner, &rig.device)]);
        expect_error(result, registry::ID, RegistryError::DeviceStatusForbids, 0);
    }
}

#[test]
fn hired_device_can_be_updated_and_neither_paused_nor_terminated() {
    let world = World::new();
    let rig = rig(&world);
    bring_up(&world, &rig.device);
    rewrite::<Device>(&world, &rig.device, |device| {
        device.hired_by = Pubkey::new_unique()
    });
    let owner = rig.owner.pubkey();
    for verb in [VERBS[0], VERBS[2]] {
        let result = world.send(&rig.owner, &[], &[verb(&owner, &rig.device)]);
        expect_error(result, registry::ID, RegistryError::DeviceHired, 0);
    }
    let args = UpdateDeviceArgs {
        open_until: Some(world.now()),
        ..KEEP
    };
    let update = instructions::update_device(&owner, &rig.device, None, args);
    world
        .send(&rig.owner, &[], &[update])
        .expect("the owner may");
}
