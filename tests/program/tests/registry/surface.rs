//! What holds for all instructions: no surplus accounts, foreign accounts refused, budgets.

use std::mem::offset_of;

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_merkle::report::ReportKind;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    GrantExemptionArgs, UpdateDeviceArgs,
    error::RegistryError,
    state::{Action, ActionKind, Device, PauseBit, Poll, RoleKind},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// Compute units that a further try of a bump costs.
const PER_BUMP: u64 = 1_500;

#[test]
fn surplus_account_is_refused_by_every_instruction_of_the_daily_kind() {
    let world = World::new();
    let rig = rig(&world);
    let (owner, key) = (&rig.owner, Keypair::new());
    let poll = open(&world, ReportKind::WorkReport, &Pubkey::new_unique(), 1);
    let update = UpdateDeviceArgs {
        payout_wallet: None,
        ask_usd_micros: Some(1),
        open_until: None,
    };
    let report = DeviceReport::new(hour(&world), vec![up(&rig.device)]);
    report.attest(&world);
    let verifier = &world.verifiers[0];
    let governance = &world.governance;
    let payload = ActionKind::BlockDevice { device: rig.device };
    let id = queue(&world, &payload);
    let exemption = GrantExemptionArgs {
        flags: 1,
        window_seconds: 1,
        reason_hash: [1; 32],
    };
    let all = [
        instructions::register_device(
            &owner.pubkey(),
            &owner.pubkey(),
            &key.pubkey(),
            live_class(),
            registration(&owner.pubkey()),
        ),
        instructions::update_device(&owner.pubkey(), &rig.device, None, update),
        instructions::pause_device(&owner.pubkey(), &rig.device),
        instructions::resume_device(&owner.pubkey(), &rig.device),
        instructions::terminate_device(&owner.pubkey(), &rig.device),
        instructions::apply_device_leaf(&owner.pubkey(), &rig.device, report.args(0)),
        instructions::open_poll(
            &owner.pubkey(),
            ReportKind::WorkReport,
            &Pubkey::new_unique(),
            2,
        ),
        instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]),
        instructions::close_poll(&owner.pubkey(), &poll, &verifier.pubkey()),
        instructions::queue_action(
            &governance.pubkey(),
            &governance.pubkey(),
            next_action(&world),
            payload.clone(),
        ),
        instructions::execute_action(&owner.pubkey(), id, &payload),
        instructions::cancel_action(&governance.pubkey(), id),
        instructions::close_action(&owner.pubkey(), id, &governance.pubkey()),
        instructions::retract_role(&governance.pubkey(), RoleKind::Slasher),
        instructions::grant_exemption(
            &governance.pubkey(),
            &governance.pubkey(),
            &rig.device,
            exemption.clone(),
        ),
        instructions::pause(&world.guardian.pubkey(), PauseBit::Register),
        instructions::unpause(&world.guardian.pubkey(), PauseBit::Register),
    ];
    for instruction in all {
        let result = world.send(
            owner,
            &[&key, verifier, governance, &world.guardian],
            &[with_extra(instruction)],
        );
        expect_error(result, registry::ID, RegistryError::UnexpectedAccounts, 0);
    }
}

#[test]
fn byte_equal_clone_owned_by_another_program_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let poll = open(&world, ReportKind::WorkReport, &Pubkey::new_unique(), 1);
    let clone = |key: &Pubkey| {
        let mut account = world.raw(key);
        account.owner = booking::ID;
        let address = Pubkey::new_unique();
        world.put(&address, account);
        address
    };
    let owner = &rig.owner;
    let verifier = &world.verifiers[0];
    let guardian = &world.guardian;
    let cases = [
        (instructions::pause_device(&owner.pubkey(), &rig.device), 1),
        (
            instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]),
            1,
        ),
        (
            instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]),
            2,
        ),
        (
            instructions::open_poll(
                &owner.pubkey(),
                ReportKind::WorkReport,
                &Pubkey::new_unique(),
                1,
            ),
            1,
        ),
        (
            instructions::pause(&guardian.pubkey(), PauseBit::Register),
            1,
        ),
        (
            instructions::pause(&guardian.pubkey(), PauseBit::Register),
            3,
        ),
    ];
    for (instruction, index) in cases {
        let forged = clone(&instruction.accounts[index].pubkey);
        let result = world.send(
            owner,
            &[verifier, guardian],
            &[with_account(instruction, index, forged)],
        );
        expect_framework_error(
            result,
            registry::ID,
            ErrorCode::AccountOwnedByWrongProgram,
            0,
        );
    }
}

#[test]
fn account_of_another_type_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let verifier = &world.verifiers[0];
    let cases = [
        (
            instructions::pause_device(&rig.owner.pubkey(), &addresses::config()),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
        (
            instructions::vote_report(&verifier.pubkey(), &rig.device, [1; 32]),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
    ];
    for (instruction, code) in cases {
        expect_framework_error(
            world.send(&rig.owner, &[verifier], &[instruction]),
            registry::ID,
            code,
            0,
        );
    }
}

#[test]
fn impossible_values_in_accounts_are_refused_by_name() {
    let world = World::new();
    let rig = rig(&world);
    let owner = rig.owner.pubkey();
    let pause = || instructions::pause_device(&owner, &rig.device);
    rewrite::<Device>(&world, &rig.device, |device| device.status = 9);
    expect_error(
        world.send(&rig.owner, &[], &[pause()]),
        registry::ID,
        RegistryError::CorruptDevice,
        0,
    );
    rewrite::<Device>(&world, &rig.device, |device| {
        (device.status, device.event_seq) = (1, u64::MAX)
    });
    world.warp(1);
    expect_error(
        world.send(&rig.owner, &[], &[pause()]),
        registry::ID,
        RegistryError::ArithmeticOverflow,
        0,
    );

    let id = queue(&world, &ActionKind::BlockDevice { device: rig.device });
    rewrite::<Action>(&world, &addresses::action(id), |action| action.status = 3);
    let cancel = instructions::cancel_action(&world.governance.pubkey(), id);
    expect_error(
        world.send(&world.governance, &[], &[cancel]),
        registry::ID,
        RegistryError::CorruptAction,
        0,
    );

    let poll = open(&world, ReportKind::WorkReport, &Pubkey::new_unique(), 1);
    let mut raw = world.raw(&poll);
    raw.data[8 + offset_of!(Poll, set_version)] = 2;
    world.put(&poll, raw);
    let result = vote(&world, &world.verifiers[0], &poll, [1; 32]);
    expect_error(result, registry::ID, RegistryError::StaleVerifierSet, 0);
}

#[test]
fn daily_instructions_stay_inside_their_budgets() {
    let world = World::new();
    let (owner, key) = (stranger(&world), Keypair::new());
    let register = instructions::register_device(
        &owner.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        live_class(),
        registration(&owner.pubkey()),
    );
    let registered = world
        .send(&owner, &[&key], &[register])
        .expect("registration succeeds")
        .compute_units;
    let device: Device = world.get(&addresses::device(&key.pubkey()));

    let subject = Pubkey::new_unique();
    let open = instructions::open_poll(&owner.pubkey(), ReportKind::WorkReport, &subject, 1);
    let opened = world
        .send(&owner, &[], &[open])
        .expect("anyone opens a poll")
        .compute_units;
    let poll = addresses::poll(ReportKind::WorkReport, &subject, 1);
    let voted = world.verifiers[..2]
        .iter()
        .map(|verifier| {
            vote(&world, verifier, &poll, [1; 32])
                .expect("a verifier votes")
                .compute_units
        })
        .max()
        .expect("two voted");
    for (instruction, used, bump, budget) in [
        ("register_device", registered, device.bump, 25_000),
        ("open_poll", opened, world.get::<Poll>(&poll).bump, 25_000),
        ("vote_report", voted, 255, 15_000),
    ] {
        let at_first_try = used - u64::from(255 - bump) * PER_BUMP;
        assert!(
            at_first_try <= budget,
            "{instruction} used {at_first_try} units of {budget}"
        );
    }
}
