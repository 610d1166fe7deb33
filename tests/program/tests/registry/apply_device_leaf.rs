//! `apply_device_leaf`.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::params::registry::REPORT_TTL;
use ion_merkle::{leaf::DeviceLeaf, report::ReportKind};
use ion_program_tests::{World, expect_error};
use registry::{
    ApplyDeviceLeafArgs, error::RegistryError, events::DeviceLeafApplied, state::Device,
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

const POLL: usize = 2;

fn refused(world: &World, device: &Pubkey, args: ApplyDeviceLeafArgs, error: RegistryError) {
    let before = world.raw(device);
    expect_error(apply(world, device, args), registry::ID, error, 0);
    assert_eq!(world.raw(device), before);
}

#[test]
fn first_leaf_up_ends_onboarding_and_sets_every_field() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(
        hour(&world),
        vec![
            up(&Pubkey::new_unique()),
            up(&device),
            up(&Pubkey::new_unique()),
        ],
    );
    let poll = report.attest(&world);
    let record = apply(&world, &device, report.args(1)).expect("the leaf applies");
    let account: Device = world.get(&device);
    assert_eq!(
        (account.status, account.onboarded_at, account.last_leaf_hour),
        (1, world.now(), report.hour)
    );
    assert_eq!((account.connectivity_tier, account.supplier_tier), (3, 2));
    assert_eq!(
        (
            account.readiness_flags,
            account.reliability_bps,
            account.event_seq
        ),
        (1, 9_000, 2)
    );
    let event: DeviceLeafApplied = world.event(registry::ID, &record);
    assert_eq!(
        (event.device, event.poll, event.seq, event.at),
        (device, poll, 2, world.now())
    );
    assert_eq!((event.status.old, event.status.new), (0, 1));
    assert_eq!(
        (event.last_leaf_hour.old, event.last_leaf_hour.new),
        (0, report.hour)
    );
    assert_eq!(
        (event.connectivity_tier.old, event.connectivity_tier.new),
        (0, 3)
    );
    assert_eq!((event.supplier_tier.old, event.supplier_tier.new), (0, 2));
    assert_eq!(
        (event.readiness_flags.old, event.readiness_flags.new),
        (0, 1)
    );
    assert_eq!(
        (event.reliability_bps.old, event.reliability_bps.new),
        (0, 9_000)
    );
    assert_eq!(
        (event.onboarded_at.old, event.onboarded_at.new),
        (0, world.now())
    );
}

#[test]
fn leaf_up_without_cluster_test_leaves_the_device_pending() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(
        hour(&world),
        vec![DeviceLeaf {
            readiness_flags: 0,
            ..up(&device)
        }],
    );
    report.attest(&world);
    apply(&world, &device, report.args(0)).expect("the other fields apply");
    let account: Device = world.get(&device);
    assert_eq!(
        (
            account.status,
            account.onboarded_at,
            account.connectivity_tier
        ),
        (0, 0, 3)
    );
}

#[test]
fn later_leaves_move_the_device_between_its_health_states() {
    let world = World::new();
    let device = rig(&world).device;
    bring_up(&world, &device);
    let onboarded_at = world.get::<Device>(&device).onboarded_at;
    for status in [2, 3, 4, 5, 1] {
        report_status(&world, &device, status);
        let account: Device = world.get(&device);
        assert_eq!(
            (account.status, account.onboarded_at),
            (status, onboarded_at)
        );
    }
}

#[test]
fn leaf_does_not_move_a_paused_device() {
    let world = World::new();
    let rig = rig(&world);
    bring_up(&world, &rig.device);
    let pause = instructions::pause_device(&rig.owner.pubkey(), &rig.device);
    world
        .send(&rig.owner, &[], &[pause])
        .expect("the owner may");
    report_status(&world, &rig.device, 1);
    assert_eq!(world.get::<Device>(&rig.device).status, 6);
}

#[test]
fn leaf_applied_twice_or_an_older_one_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let older = DeviceReport::new(hour(&world) - 1, vec![up(&device)]);
    older.attest(&world);
    let report = DeviceReport::new(hour(&world), vec![up(&device)]);
    report.attest(&world);
    apply(&world, &device, report.args(0)).expect("the leaf applies");
    refused(&world, &device, report.args(0), RegistryError::LeafNotNewer);
    refused(&world, &device, older.args(0), RegistryError::LeafNotNewer);
}

#[test]
fn leaf_of_a_report_without_enough_votes_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(hour(&world), vec![up(&device)]);
    let poll = open(&world, ReportKind::DeviceReport, &registry::ID, report.hour);
    refused(
        &world,
        &device,
        report.args(0),
        RegistryError::ReportNotAttested,
    );
    vote(&world, &world.verifiers[0], &poll, report.hash()).expect("a verifier votes");
    refused(
        &world,
        &device,
        report.args(0),
        RegistryError::ReportNotAttested,
    );
    vote(&world, &world.verifiers[2], &poll, report.hash()).expect("a verifier votes");
    apply(&world, &device, report.args(0)).expect("two of three attest");
}

#[test]
fn leaf_of_a_payload_that_was_not_attested_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(hour(&world), vec![up(&device)]);
    report.attest(&world);
    let forged = DeviceReport::new(
        report.hour,
        vec![DeviceLeaf {
            reliability_bps: 9_999,
            ..up(&device)
        }],
    );
    refused(
        &world,
        &device,
        forged.args(0),
        RegistryError::PayloadMismatch,
    );
    let mut other_bundle = report.args(0);
    other_bundle.bundle = [8; 32];
    refused(
        &world,
        &device,
        other_bundle,
        RegistryError::PayloadMismatch,
    );
    let mut other_count = report.args(0);
    other_count.leaf_count += 1;
    refused(&world, &device, other_count, RegistryError::PayloadMismatch);
}

#[test]
fn wrong_proof_or_changed_field_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let leaves = vec![
        up(&device),
        up(&Pubkey::new_unique()),
        up(&Pubkey::new_unique()),
    ];
    let report = DeviceReport::new(hour(&world), leaves);
    report.attest(&world);
    let good = report.args(0);
    let mut sibling = good.clone();
    sibling.siblings[0][0] ^= 1;
    let mut missing = good.clone();
    missing.siblings.pop();
    let mut surplus = good.clone();
    surplus.siblings.push([0; 32]);
    let mut index = good.clone();
    index.index = 1;
    let mut outside = good.clone();
    outside.index = 3;
    let changed = [
        sibling,
        missing,
        surplus,
        index,
        outside,
        ApplyDeviceLeafArgs {
            status: 2,
            ..good.clone()
        },
        ApplyDeviceLeafArgs {
            connectivity_tier: 4,
            ..good.clone()
        },
        ApplyDeviceLeafArgs {
            supplier_tier: 3,
            ..good.clone()
        },
        ApplyDeviceLeafArgs {
            readiness_flags: 3,
            ..good.clone()
        },
        ApplyDeviceLeafArgs {
            reliability_bps: 9_001,
            ..good.clone()
        },
        ApplyDeviceLeafArgs {
            siblings: vec![[0; 32]; 20],
            ..good.clone()
        },
    ];
    for args in changed {
        refused(&world, &device, args, RegistryError::InvalidProof);
    }
    apply(&world, &device, good).expect("unchanged it applies");
}

#[test]
fn proof_of_another_device_or_registry_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let other = rig(&world).device;
    let foreign = DeviceLeaf {
        registry: booking::ID.to_bytes(),
        ..up(&device)
    };
    let report = DeviceReport::new(hour(&world), vec![up(&device), foreign]);
    report.attest(&world);
    refused(&world, &other, report.args(0), RegistryError::InvalidProof);
    refused(&world, &device, report.args(1), RegistryError::InvalidProof);
}

#[test]
fn poll_of_another_identity_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(hour(&world), vec![up(&device)]);
    report.attest(&world);
    let other_kind = attest_hash(
        &world,
        ReportKind::WorkReport,
        &registry::ID,
        report.hour,
        report.hash(),
    );
    let other_subject = attest_hash(
        &world,
        ReportKind::DeviceReport,
        &booking::ID,
        report.hour,
        report.hash(),
    );
    let other_hour = attest_hash(
        &world,
        ReportKind::DeviceReport,
        &registry::ID,
        report.hour - 1,
        report.hash(),
    );
    for poll in [other_kind, other_subject, other_hour] {
        let cranker = stranger(&world);
        let instruction =
            instructions::apply_device_leaf(&cranker.pubkey(), &device, report.args(0));
        let result = world.send(&cranker, &[], &[with_account(instruction, POLL, poll)]);
        expect_error(result, registry::ID, RegistryError::WrongPollIdentity, 0);
    }
}

#[test]
fn report_is_usable_until_its_ttl_ends() {
    let world = World::new();
    let (first, second) = (rig(&world).device, rig(&world).device);
    let report = DeviceReport::new(hour(&world), vec![up(&first), up(&second)]);
    report.attest(&world);
    world.warp(REPORT_TTL.default);
    apply(&world, &first, report.args(0)).expect("in the last second");
    world.warp(1);
    refused(
        &world,
        &second,
        report.args(1),
        RegistryError::ReportExpired,
    );
}

#[test]
fn report_of_a_future_hour_is_refused_until_it_begins() {
    let world = World::new();
    let device = rig(&world).device;
    let report = DeviceReport::new(hour(&world) + 1, vec![up(&device)]);
    report.attest(&world);
    refused(&world, &device, report.args(0), RegistryError::HourInFuture);
    world.warp(3_600);
    apply(&world, &device, report.args(0)).expect("the hour has begun");
}

#[test]
fn leaf_with_a_value_outside_its_range_is_refused() {
    let world = World::new();
    let device = rig(&world).device;
    let good = up(&device);
    let leaves = vec![
        DeviceLeaf { status: 0, ..good },
        DeviceLeaf { status: 6, ..good },
        DeviceLeaf {
            connectivity_tier: 5,
            ..good
        },
        DeviceLeaf {
            reliability_bps: 10_001,
            ..good
        },
        DeviceLeaf {
            connectivity_tier: 4,
            reliability_bps: 10_000,
            ..good
        },
    ];
    let report = DeviceReport::new(hour(&world), leaves);
    report.attest(&world);
    for index in 0..4 {
        refused(
            &world,
            &device,
            report.args(index),
            RegistryError::LeafOutOfRange,
        );
    }
    apply(&world, &device, report.args(4)).expect("the greatest values apply");
}

#[test]
fn longest_proof_of_the_largest_report_fits_a_transaction() {
    let world = World::new();
    let device = rig(&world).device;
    let mut args = DeviceReport::new(hour(&world), vec![up(&device)]).args(0);
    args.siblings = vec![[1; 32]; 19]; // 2^19 leaves are more than 350,000 devices
    let poll = addresses::poll(ReportKind::DeviceReport, &registry::ID, args.hour);
    assert!(!world.exists(&poll));
    let result = apply(&world, &device, args);
    let code = u32::from(anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram);
    expect_error(result, registry::ID, code, 0); // it was sent: only the poll does not exist
}
