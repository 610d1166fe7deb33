//! `block_device` and `unblock_device`, with a caller address whose key the test holds, and the
//! blocks of governance beside them.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_economics::device::DeviceStatus;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    error::RegistryError,
    events::{DeviceStatusChanged, StatusReason},
    state::{ActionKind, Config, Device},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// A world in which the staking program's caller address is a wallet of the test.
fn world_with_caller() -> (World, Keypair) {
    let world = World::new();
    let caller = stranger(&world);
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.staking_caller = caller.pubkey()
    });
    (world, caller)
}

fn block(
    world: &World,
    caller: &Keypair,
    device: &Pubkey,
    case: &Pubkey,
) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::block_device(&caller.pubkey(), device, case)],
    )
}

fn unblock(
    world: &World,
    caller: &Keypair,
    device: &Pubkey,
    case: &Pubkey,
    restored: bool,
) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::unblock_device(
            &caller.pubkey(),
            device,
            case,
            restored,
        )],
    )
}

fn state(world: &World, device: &Pubkey) -> (u8, u8) {
    let device: Device = world.get(device);
    (device.status, device.block_holds)
}

const UP: u8 = DeviceStatus::Up.code();
const DOWN: u8 = DeviceStatus::Down.code();
const BLOCKED: u8 = DeviceStatus::Blocked.code();
const TERMINATED: u8 = DeviceStatus::Terminated.code();

#[test]
fn case_blocks_a_device_and_its_full_restore_lifts_the_block() {
    let (world, caller) = world_with_caller();
    let rig = rig(&world);
    bring_up(&world, &rig.device);
    let case = Pubkey::new_unique();
    let record = block(&world, &caller, &rig.device, &case).expect("staking blocks");
    assert_eq!(state(&world, &rig.device), (BLOCKED, 2));
    let event: DeviceStatusChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.device, event.actor, event.action),
        (rig.device, caller.pubkey(), case)
    );
    assert_eq!(
        (event.reason, event.status.old, event.status.new),
        (StatusReason::BlockedByCase, UP, BLOCKED)
    );
    assert_eq!((event.seq, event.at), (3, world.now()));

    let record = unblock(&world, &caller, &rig.device, &case, true).expect("restored");
    assert_eq!(state(&world, &rig.device), (DOWN, 0));
    let event: DeviceStatusChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.reason, event.action, event.status.new, event.seq),
        (StatusReason::RestoredByCase, case, DOWN, 4)
    );
}

#[test]
fn block_and_unblock_by_anyone_but_the_staking_program_are_refused() {
    let world = World::new();
    let rig = rig(&world);
    let stranger = stranger(&world);
    let case = Pubkey::new_unique();
    for key in [
        &stranger,
        &world.governance,
        &world.slasher,
        &world.arbiter,
        &rig.owner,
    ] {
        for result in [
            block(&world, key, &rig.device, &case),
            unblock(&world, key, &rig.device, &case, true),
        ] {
            expect_error(result, registry::ID, RegistryError::NotStakingProgram, 0);
        }
    }
    let caller = world.get::<Config>(&addresses::config()).staking_caller;
    for instruction in [
        instructions::block_device(&caller, &rig.device, &case),
        instructions::unblock_device(&caller, &rig.device, &case, true),
    ] {
        expect_framework_error(
            world.send(&stranger, &[], &[without_signature(instruction, 0)]),
            registry::ID,
            anchor_lang::error::ErrorCode::AccountNotSigner,
            0,
        );
    }
}

#[test]
fn no_state_of_the_device_stops_a_case() {
    let (world, caller) = world_with_caller();
    for status in 0..=TERMINATED {
        let rig = rig(&world);
        rewrite::<Device>(&world, &rig.device, |device| device.status = status);
        let case = Pubkey::new_unique();
        block(&world, &caller, &rig.device, &case).expect("a case goes on");
        let blocked = if status == TERMINATED {
            TERMINATED
        } else {
            BLOCKED
        };
        assert_eq!(state(&world, &rig.device), (blocked, 2), "{status}");
        let seq = world.get::<Device>(&rig.device).event_seq;
        world.warp(1);
        block(&world, &caller, &rig.device, &Pubkey::new_unique()).expect("another case too");
        assert_eq!(world.get::<Device>(&rig.device).event_seq, seq);
        unblock(&world, &caller, &rig.device, &case, true).expect("it ends");
        let after = if status == TERMINATED {
            TERMINATED
        } else {
            DOWN
        };
        assert_eq!(state(&world, &rig.device), (after, 0), "{status}");
        world.warp(1);
        unblock(&world, &caller, &rig.device, &case, true).expect("nothing is left to end");
        assert_eq!(state(&world, &rig.device), (after, 0), "{status}");
    }
}

#[test]
fn governance_lifts_no_block_while_a_case_is_open() {
    let (world, caller) = world_with_caller();
    let rig = rig(&world);
    let case = Pubkey::new_unique();
    block(&world, &caller, &rig.device, &case).expect("staking blocks");
    let lift = ActionKind::UnblockDevice { device: rig.device };
    let result = try_enact(&world, &lift);
    expect_error(result, registry::ID, RegistryError::CaseOpen, 0);
    assert_eq!(state(&world, &rig.device), (BLOCKED, 2));

    let record = unblock(&world, &caller, &rig.device, &case, false).expect("burned");
    assert_eq!(state(&world, &rig.device), (BLOCKED, 1));
    let event: DeviceStatusChanged = world.event(registry::ID, &record);
    assert_eq!(
        (event.reason, event.status.old, event.status.new),
        (StatusReason::LeftToGovernance, BLOCKED, BLOCKED)
    );
    enact(&world, &lift);
    assert_eq!(state(&world, &rig.device), (DOWN, 0));
}

#[test]
fn restore_leaves_a_block_of_governance_alone() {
    let (world, caller) = world_with_caller();
    let rig = rig(&world);
    let case = Pubkey::new_unique();
    let keep = ActionKind::BlockDevice { device: rig.device };
    block(&world, &caller, &rig.device, &case).expect("staking blocks");
    enact(&world, &keep);
    assert_eq!(state(&world, &rig.device), (BLOCKED, 3));
    let again = try_enact(&world, &keep);
    expect_error(again, registry::ID, RegistryError::DeviceStatusForbids, 0);
    unblock(&world, &caller, &rig.device, &case, true).expect("restored");
    assert_eq!(state(&world, &rig.device), (BLOCKED, 1));
}

/// The protocol blocks or ends a device: it takes no hire and no exemption, and a report does not
/// bring it back.
#[test]
fn e20_blocked_device_stays_out_whatever_reports_and_its_owner_say() {
    let (world, caller) = world_with_caller();
    let rig = rig(&world);
    bring_up(&world, &rig.device);
    block(&world, &caller, &rig.device, &Pubkey::new_unique()).expect("staking blocks");
    report_status(&world, &rig.device, UP);
    assert_eq!(state(&world, &rig.device), (BLOCKED, 2));
    for instruction in [
        instructions::pause_device(&rig.owner.pubkey(), &rig.device),
        instructions::resume_device(&rig.owner.pubkey(), &rig.device),
    ] {
        expect_error(
            world.send(&rig.owner, &[], &[instruction]),
            registry::ID,
            RegistryError::DeviceStatusForbids,
            0,
        );
    }
}

/// A device that a booking holds is blocked or ended: the booking goes on holding it.
#[test]
fn e64_blocked_or_terminated_device_stays_hired() {
    let (world, caller) = world_with_caller();
    let booking = Pubkey::new_unique();
    for terminate in [false, true] {
        let rig = rig(&world);
        rewrite::<Device>(&world, &rig.device, |device| {
            (device.status, device.hired_by) = (UP, booking)
        });
        if terminate {
            enact(&world, &ActionKind::TerminateDevice { device: rig.device });
        } else {
            block(&world, &caller, &rig.device, &Pubkey::new_unique()).expect("staking blocks");
        }
        let device: Device = world.get(&rig.device);
        assert_eq!(device.hired_by, booking);
        assert!(!device.is_free());
    }
}
