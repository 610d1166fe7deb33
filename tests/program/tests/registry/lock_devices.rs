//! `lock_devices` and `unlock_devices`, with a caller address whose key the test holds.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    error::RegistryError,
    events::{DevicesLocked, DevicesUnlocked},
    state::{Config, Device},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// A world in which the booking program's caller address is a wallet of the test.
fn world_with_caller() -> (World, Keypair) {
    let world = World::new();
    let caller = stranger(&world);
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.booking_caller = caller.pubkey()
    });
    (world, caller)
}

fn devices_up(world: &World, count: usize) -> Vec<Pubkey> {
    let devices: Vec<Pubkey> = (0..count).map(|_| rig(world).device).collect();
    let report = DeviceReport::new(hour(world), devices.iter().map(up).collect());
    report.attest(world);
    for (index, device) in devices.iter().enumerate() {
        apply(world, device, report.args(index)).expect("the leaf applies");
    }
    devices
}

fn lock(
    world: &World,
    caller: &Keypair,
    booking: &Pubkey,
    devices: &[Pubkey],
) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::lock_devices(
            &caller.pubkey(),
            booking,
            devices,
        )],
    )
}

fn unlock(
    world: &World,
    caller: &Keypair,
    booking: &Pubkey,
    devices: &[Pubkey],
) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::unlock_devices(
            &caller.pubkey(),
            booking,
            devices,
        )],
    )
}

#[test]
fn lock_and_unlock_set_and_clear_every_device() {
    let (world, caller) = world_with_caller();
    let devices = devices_up(&world, 8);
    let booking = Pubkey::new_unique();
    let record = lock(&world, &caller, &booking, &devices).expect("all are free");
    for device in &devices {
        let account: Device = world.get(device);
        assert_eq!(
            (account.hired_by, account.status, account.event_seq),
            (booking, 1, 3)
        );
    }
    let event: DevicesLocked = world.event(registry::ID, &record);
    assert_eq!(
        (event.hired_by, event.actor, event.at),
        (booking, caller.pubkey(), world.now())
    );
    assert_eq!((event.devices, event.seqs), (devices.clone(), vec![3; 8]));

    let record = unlock(&world, &caller, &booking, &devices).expect("the booking holds them");
    for device in &devices {
        assert_eq!(world.get::<Device>(device).hired_by, Pubkey::default());
    }
    let event: DevicesUnlocked = world.event(registry::ID, &record);
    assert_eq!(
        (event.hired_by, event.devices, event.seqs),
        (booking, devices, vec![4; 8])
    );
}

#[test]
fn lock_and_unlock_by_anyone_but_the_booking_program_are_refused() {
    let world = World::new();
    let devices = devices_up(&world, 1);
    let booking = Pubkey::new_unique();
    let stranger = stranger(&world);
    for key in [&stranger, &world.governance, &world.scheduler] {
        let result = lock(&world, key, &booking, &devices);
        expect_error(result, registry::ID, RegistryError::NotBookingProgram, 0);
        let result = unlock(&world, key, &booking, &devices);
        expect_error(result, registry::ID, RegistryError::NotBookingProgram, 0);
    }
    let caller = ion_client::addresses::caller(&booking::ID);
    let unsigned = without_signature(instructions::lock_devices(&caller, &booking, &devices), 0);
    let result = world.send(&stranger, &[], &[unsigned]);
    expect_framework_error(
        result,
        registry::ID,
        anchor_lang::error::ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn lock_of_a_hired_or_absent_device_changes_none() {
    let (world, caller) = world_with_caller();
    let devices = devices_up(&world, 2);
    let booking = Pubkey::new_unique();
    lock(&world, &caller, &booking, &devices[..1]).expect("it is free");
    let result = lock(
        &world,
        &caller,
        &Pubkey::new_unique(),
        &[devices[1], devices[0]],
    );
    expect_error(result, registry::ID, RegistryError::DeviceHired, 0);
    assert_eq!(world.get::<Device>(&devices[1]).hired_by, Pubkey::default());
    let pending = rig(&world).device;
    let result = lock(&world, &caller, &booking, &[devices[1], pending]);
    expect_error(result, registry::ID, RegistryError::DeviceNotUp, 0);
    assert_eq!(world.get::<Device>(&devices[1]).hired_by, Pubkey::default());
}

#[test]
fn unlock_for_another_booking_or_twice_is_refused() {
    let (world, caller) = world_with_caller();
    let devices = devices_up(&world, 1);
    let booking = Pubkey::new_unique();
    lock(&world, &caller, &booking, &devices).expect("it is free");
    let result = unlock(&world, &caller, &Pubkey::new_unique(), &devices);
    expect_error(result, registry::ID, RegistryError::NotHiredByBooking, 0);
    unlock(&world, &caller, &booking, &devices).expect("the booking holds it");
    world.warp(1);
    let result = unlock(&world, &caller, &booking, &devices);
    expect_error(result, registry::ID, RegistryError::NotHiredByBooking, 0);
}

#[test]
fn hired_device_stays_hired_when_it_goes_down_and_can_be_unlocked() {
    let (world, caller) = world_with_caller();
    let devices = devices_up(&world, 1);
    let booking = Pubkey::new_unique();
    lock(&world, &caller, &booking, &devices).expect("it is free");
    world.warp(3_600);
    report_status(&world, &devices[0], 2);
    assert_eq!(world.get::<Device>(&devices[0]).hired_by, booking);
    unlock(&world, &caller, &booking, &devices).expect("the booking holds it");
}

#[test]
fn lists_with_a_wrong_count_a_repetition_or_a_stranger_are_refused() {
    let (world, caller) = world_with_caller();
    let devices = devices_up(&world, 2);
    let booking = Pubkey::new_unique();
    let many: Vec<Pubkey> = std::iter::repeat_with(Pubkey::new_unique).take(9).collect();
    type Verb = fn(&World, &Keypair, &Pubkey, &[Pubkey]) -> Result<TransactionRecord, SendError>;
    let verbs: [Verb; 2] = [lock, unlock];
    for (step, verb) in verbs.into_iter().enumerate() {
        let refused = |list: &[Pubkey], error| {
            expect_error(
                verb(&world, &caller, &booking, list),
                registry::ID,
                error,
                0,
            )
        };
        refused(&[], RegistryError::DeviceCountOutOfBounds);
        refused(&many, RegistryError::DeviceCountOutOfBounds);
        refused(
            &[devices[0], devices[1], devices[0]],
            RegistryError::DuplicateDevice,
        );
        refused(&[addresses::config()], RegistryError::NotADevice);
        let clone = Pubkey::new_unique();
        let mut forged = world.raw(&devices[0]);
        forged.owner = booking::ID;
        world.put(&clone, forged);
        refused(&[clone], RegistryError::NotADevice);
        if step == 0 {
            lock(&world, &caller, &booking, &devices).expect("both are free");
        }
    }
    let mut read_only = instructions::unlock_devices(&caller.pubkey(), &booking, &devices[..1]);
    read_only.accounts.last_mut().expect("a device").is_writable = false;
    expect_error(
        world.send(&caller, &[], &[read_only]),
        registry::ID,
        RegistryError::NotADevice,
        0,
    );
    let result = lock(&world, &caller, &Pubkey::default(), &devices);
    expect_error(result, registry::ID, RegistryError::EmptyKey, 0);
    let result = unlock(&world, &caller, &Pubkey::default(), &devices);
    expect_error(result, registry::ID, RegistryError::EmptyKey, 0);
}
