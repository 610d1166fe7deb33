//! The guardian's key: entries closed for 72 h, decisions withdrawn, and its own end not stopped.

use ion_client::{addresses::registry as addresses, instructions::registry as ix};
use ion_economics::params::registry::{GOVERNANCE_TIMELOCK, PAUSE_MAX, PAUSE_REARM};
use ion_program_tests::{World, expect_error, flows::H100};
use registry::{
    error::RegistryError,
    state::{ActionKind, Config, PauseBit, RoleKind},
};
use solana_signer::Signer;

use crate::stage::*;

const BITS: [PauseBit; 6] = [
    PauseBit::Register,
    PauseBit::StakeIn,
    PauseBit::Offers,
    PauseBit::Booking,
    PauseBit::SlashPropose,
    PauseBit::Auction,
];

#[test]
fn every_entry_is_shut_for_72_hours_and_then_open_for_a_week() {
    let world = World::new();
    let guardian = &world.guardian;
    let pause = |bit| send(&world, guardian, ix::pause(&guardian.pubkey(), bit));
    for bit in BITS {
        pause(bit).expect("the guardian pauses");
    }
    let (shut, open) = (PAUSE_MAX.default, PAUSE_REARM.default);
    let all = |paused: bool| {
        let config: Config = world.get(&addresses::config());
        for bit in BITS {
            assert_eq!(config.is_paused(bit, world.now()), paused);
        }
    };
    world.warp(shut);
    all(true);
    world.warp(1);
    all(false);
    world.register(H100, 1, 1, 0);
    for bit in BITS {
        expect_error(pause(bit), registry::ID, RegistryError::PauseNotRearmed, 0);
    }
    world.warp(open - 2);
    for bit in BITS {
        expect_error(pause(bit), registry::ID, RegistryError::PauseNotRearmed, 0);
    }
    all(false);
    world.warp(1);
    for bit in BITS {
        pause(bit).expect("once per rearm time");
    }
    // lifting a bit and setting it again gains nothing
    for bit in BITS {
        send(&world, guardian, ix::unpause(&guardian.pubkey(), bit)).expect("lifts");
        expect_error(pause(bit), registry::ID, RegistryError::PauseNotRearmed, 0);
    }
}

#[test]
fn a_thief_withdraws_every_decision_but_the_one_that_removes_it() {
    let world = World::new();
    let heir = stranger(&world);
    let device = world.register(H100, 1, 1, 0);
    for payload in [
        ActionKind::BlockDevice { device: device.key },
        ActionKind::SetRole {
            role: RoleKind::Scheduler,
            key: heir.pubkey(),
        },
        ActionKind::ScheduleSwitch,
    ] {
        let id = queue(&world, &payload);
        cancel(&world, id).expect("the thief withdraws it");
    }
    let removal = ActionKind::SetRole {
        role: RoleKind::Guardian,
        key: heir.pubkey(),
    };
    let id = queue(&world, &removal);
    expect_error(
        cancel(&world, id),
        registry::ID,
        RegistryError::GuardianReplacement,
        0,
    );
    world.warp(GOVERNANCE_TIMELOCK.default);
    execute(&world, id, &removal).expect("the timelock is over");
    let guardian = &world.guardian;
    let back = ix::retract_role(&guardian.pubkey(), RoleKind::Guardian);
    expect_error(
        send(&world, guardian, back),
        registry::ID,
        RegistryError::GuardianReplacement,
        0,
    );
    let accept = ix::accept_role(&heir.pubkey(), RoleKind::Guardian);
    send(&world, &heir, accept).expect("the heir takes over");
    let pause = ix::pause(&guardian.pubkey(), PauseBit::Booking);
    expect_error(
        send(&world, guardian, pause),
        registry::ID,
        RegistryError::NotGuardian,
        0,
    );
}
