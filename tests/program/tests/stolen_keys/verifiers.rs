//! A verifier's key, and a quorum of them.

use ion_client::{addresses::registry as addresses, instructions::registry as ix};
use ion_economics::device::DeviceStatus;
use ion_merkle::{leaf::DeviceLeaf, report::ReportKind};
use ion_program_tests::{World, expect_error, flows::H100, staking_stage::edit};
use registry::{
    error::RegistryError,
    state::{ActionKind, Device, Poll, VerifierKeys},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

#[test]
fn one_verifier_attests_nothing_however_often_it_votes() {
    let world = World::new();
    let thief = &world.verifiers[0];
    let by = &world.authority;
    for (seq, kind) in (0..).zip(ReportKind::ALL) {
        let subject = Pubkey::new_unique();
        let open = ix::open_poll(&by.pubkey(), kind, &subject, seq);
        send(&world, by, open).expect("opens");
        let poll = addresses::poll(kind, &subject, seq);
        for hash in [[1; 32], [2; 32], [1; 32]] {
            let vote = ix::vote_report(&thief.pubkey(), &poll, hash);
            send(&world, thief, vote).expect("a vote may move");
        }
        assert_eq!(world.get::<Poll>(&poll).attested_at, 0);
    }
}

/// A quorum lies about a device: it is shown down or up with other tiers, once an hour; nothing that
/// its owner, governance or a booking decided moves.
#[test]
fn a_quorum_moves_tiers_and_health_and_nothing_that_another_key_decided() {
    let world = World::new();
    let device = world.register(H100, 8, 7, 0);
    let lie = |status| DeviceLeaf {
        status,
        connectivity_tier: 4,
        supplier_tier: 255,
        reliability_bps: 10_000,
        readiness_flags: u32::MAX,
        ..World::up_leaf(&device.key)
    };
    let apply = |status| {
        let args = world.report_devices(&[lie(status)]).remove(0);
        let by = &world.authority;
        let apply = ix::apply_device_leaf(&by.pubkey(), &device.key, args);
        let result = send(&world, by, apply);
        world.warp(3_600);
        result
    };
    let before: Device = world.get(&device.key);
    apply(1).expect("a quorum attests");
    let booking = Pubkey::new_unique();
    edit::<Device>(&world, &device.key, |account| account.hired_by = booking);
    apply(2).expect("a quorum attests");
    let after: Device = world.get(&device.key);
    assert_eq!(after.status, DeviceStatus::Down.code());
    assert_eq!(
        (
            after.connectivity_tier,
            after.supplier_tier,
            after.reliability_bps
        ),
        (4, 255, 10_000)
    );
    assert_eq!(
        (after.owner, after.payout_wallet, after.device_key),
        (before.owner, before.payout_wallet, before.device_key)
    );
    assert_eq!(
        (
            after.class,
            after.qty,
            after.ask_usd_micros,
            after.open_until
        ),
        (
            before.class,
            before.qty,
            before.ask_usd_micros,
            before.open_until
        )
    );
    assert_eq!(after.hired_by, booking);
    for held in [
        DeviceStatus::Paused,
        DeviceStatus::Blocked,
        DeviceStatus::Terminated,
    ] {
        edit::<Device>(&world, &device.key, |account| account.status = held.code());
        apply(1).expect("a quorum attests");
        assert_eq!(world.get::<Device>(&device.key).status, held.code());
    }
    for hour in [world.hour() + 1, world.hour() + 1_000] {
        let by = &world.authority;
        let mut args = world.report_devices(&[lie(1)]).remove(0);
        args.hour = hour;
        let early = ix::apply_device_leaf(&by.pubkey(), &device.key, args);
        // no poll of that hour exists, so the account cannot even be read
        assert!(send(&world, by, early).is_err());
        world.warp(3_600);
    }
}

/// Governance replaces the whole set: the thieves' votes stop counting at once, and what they have
/// attested stays for all to see.
#[test]
fn a_replaced_quorum_votes_no_more() {
    let world = World::new();
    let heirs: Vec<Keypair> = (0..3).map(|_| stranger(&world)).collect();
    let payload = ActionKind::SetVerifierSet {
        set: VerifierKeys {
            keys: heirs.iter().map(Signer::pubkey).collect(),
            threshold: 2,
        },
    };
    let id = queue(&world, &payload);
    world.warp(world.plan.governance_timelock_seconds);
    execute(&world, id, &payload).expect("the timelock is over");
    let by = &world.authority;
    let subject = Pubkey::new_unique();
    let open = ix::open_poll(&by.pubkey(), ReportKind::FaultReport, &subject, 1);
    send(&world, by, open).expect("opens");
    let poll = addresses::poll(ReportKind::FaultReport, &subject, 1);
    for thief in &world.verifiers {
        let vote = ix::vote_report(&thief.pubkey(), &poll, [1; 32]);
        expect_error(
            send(&world, thief, vote),
            registry::ID,
            RegistryError::UnknownVerifier,
            0,
        );
    }
}
