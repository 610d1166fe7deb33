//! `register_device`.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    RegisterDeviceArgs,
    error::RegistryError,
    events::DeviceRegistered,
    state::{Device, PauseBit},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn register(
    world: &World,
    class: u16,
    args: RegisterDeviceArgs,
) -> Result<TransactionRecord, SendError> {
    let owner = stranger(world);
    let key = Keypair::new();
    let instruction =
        instructions::register_device(&owner.pubkey(), &owner.pubkey(), &key.pubkey(), class, args);
    world.send(&owner, &[&key], &[instruction])
}

#[test]
fn registered_device_is_pending_with_its_terms() {
    let world = World::new();
    let (payer, owner, key) = (stranger(&world), Keypair::new(), Keypair::new());
    let args = RegisterDeviceArgs {
        qty: 64,
        payout_wallet: Pubkey::new_unique(),
        ask_usd_micros: 2_000_000,
        open_until: world.now() + 5,
    };
    let instruction = instructions::register_device(
        &payer.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        live_class(),
        args.clone(),
    );
    let record = world
        .send(&payer, &[&owner, &key], &[instruction])
        .expect("owner and device key sign");

    let address = addresses::device(&key.pubkey());
    let device: Device = world.get(&address);
    assert_eq!(
        (device.id, device.owner, device.device_key),
        (key.pubkey(), owner.pubkey(), key.pubkey())
    );
    assert_eq!(
        (device.payout_wallet, device.class, device.qty),
        (args.payout_wallet, live_class(), 64)
    );
    assert_eq!(
        (
            device.status,
            device.connectivity_tier,
            device.supplier_tier
        ),
        (0, 0, 0)
    );
    assert_eq!(
        (
            device.reliability_bps,
            device.readiness_flags,
            device.onboarded_at
        ),
        (0, 0, 0)
    );
    assert_eq!(
        (device.hired_by, device.last_leaf_hour, device.event_seq),
        (Pubkey::default(), 0, 1)
    );
    assert_eq!(
        (device.ask_usd_micros, device.open_until),
        (2_000_000, world.now() + 5)
    );

    let event: DeviceRegistered = world.event(registry::ID, &record);
    assert_eq!(
        (event.device, event.owner, event.payer),
        (address, owner.pubkey(), payer.pubkey())
    );
    assert_eq!(
        (event.device_key, event.payout_wallet),
        (key.pubkey(), args.payout_wallet)
    );
    assert_eq!(
        (event.class, event.qty, event.status),
        (live_class(), 64, 0)
    );
    assert_eq!(
        (event.ask_usd_micros, event.open_until),
        (2_000_000, args.open_until)
    );
    assert_eq!((event.seq, event.at), (1, world.now()));
}

#[test]
fn registration_without_owner_or_device_key_is_refused() {
    let world = World::new();
    let (payer, owner, key) = (stranger(&world), Keypair::new(), Keypair::new());
    let instruction = instructions::register_device(
        &payer.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        live_class(),
        registration(&owner.pubkey()),
    );
    let code = anchor_lang::error::ErrorCode::AccountNotSigner;
    let result = world.send(
        &payer,
        &[&key],
        &[without_signature(instruction.clone(), 1)],
    );
    expect_framework_error(result, registry::ID, code, 0);
    let result = world.send(&payer, &[&owner], &[without_signature(instruction, 2)]);
    expect_framework_error(result, registry::ID, code, 0);
}

#[test]
fn registration_with_bad_arguments_is_refused() {
    let world = World::new();
    let good = registration(&Pubkey::new_unique());
    for (args, error) in [
        (
            RegisterDeviceArgs {
                qty: 0,
                ..good.clone()
            },
            RegistryError::QtyOutOfBounds,
        ),
        (
            RegisterDeviceArgs {
                qty: 65,
                ..good.clone()
            },
            RegistryError::QtyOutOfBounds,
        ),
        (
            RegisterDeviceArgs {
                payout_wallet: Pubkey::default(),
                ..good.clone()
            },
            RegistryError::EmptyKey,
        ),
        (
            RegisterDeviceArgs {
                open_until: -1,
                ..good.clone()
            },
            RegistryError::NegativeTime,
        ),
    ] {
        expect_error(register(&world, live_class(), args), registry::ID, error, 0);
    }
    register(&world, live_class(), RegisterDeviceArgs { qty: 1, ..good })
        .expect("the least quantity");
}

#[test]
fn registration_in_a_class_without_multiplier_is_refused() {
    let world = World::new();
    let result = register(
        &world,
        withdrawn_class(),
        registration(&Pubkey::new_unique()),
    );
    expect_error(result, registry::ID, RegistryError::ClassNotLive, 0);
}

#[test]
fn registration_before_the_seal_is_refused() {
    let world = unsealed();
    let result = register(&world, live_class(), registration(&Pubkey::new_unique()));
    expect_error(result, registry::ID, RegistryError::GenesisOpen, 0);
}

#[test]
fn registration_while_paused_is_refused() {
    let world = World::new();
    let pause = instructions::pause(&world.guardian.pubkey(), PauseBit::Register);
    world
        .send(&world.guardian, &[], &[pause])
        .expect("the guardian may");
    let result = register(&world, live_class(), registration(&Pubkey::new_unique()));
    expect_error(result, registry::ID, RegistryError::RegistrationPaused, 0);
}

#[test]
fn registration_of_a_used_device_key_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let thief = stranger(&world);
    let instruction = instructions::register_device(
        &thief.pubkey(),
        &thief.pubkey(),
        &rig.key.pubkey(),
        live_class(),
        registration(&thief.pubkey()),
    );
    let result = world.send(&thief, &[&rig.key], &[instruction]);
    expect_error(result, registry::ID, 0u32, 0); // the system program: the address is in use
    assert_eq!(world.get::<Device>(&rig.device).owner, rig.owner.pubkey());
}

#[test]
fn prefunded_device_address_does_not_stop_the_registration() {
    let world = World::new();
    let (owner, key) = (stranger(&world), Keypair::new());
    world.fund(&addresses::device(&key.pubkey()));
    let instruction = instructions::register_device(
        &owner.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        live_class(),
        registration(&owner.pubkey()),
    );
    world
        .send(&owner, &[&key], &[instruction])
        .expect("lamports on the address do not matter");
    assert_eq!(
        world.get::<Device>(&addresses::device(&key.pubkey())).owner,
        owner.pubkey()
    );
}
