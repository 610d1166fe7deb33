//! What holds for all instructions: no surplus accounts, foreign accounts refused, budgets.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_merkle::report::ReportKind;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    UpdateDeviceArgs,
    error::RegistryError,
    state::{ActionKind, Device, PauseBit, Poll},
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
    let update = UpdateDeviceArgs { payout_wallet: None, ask_usd_micros: Some(1), open_until: None };
    let report = DeviceReport::new(hour(&world), vec![up(&rig.device)]);
    report.attest(&world);
    let verifier = &world.verifiers[0];
    let governance = &world.governance;
    let payload = ActionKind::BlockDevice { device: rig.device };
    let id = queue(&world, &payload);
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
        instructions::open_poll(&owner.pubkey(), ReportKind::WorkReport, &Pubkey::new_unique(), 2),
        instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]),
        instructions::close_poll(&owner.pubkey(), &poll, &verifier.pubkey()),
        instructions::queue_action(&governance.pubkey(), &governance.pubkey(), next_action(&world), payload.clone()),
        instructions::execute_action(&owner.pubkey(), id, &payload),
        instructions::cancel_action(&governance.pubkey(), id),
        instructions::close_action(&owner.pubkey(), id, &governance.pubkey()),
        instructions::pause(&world.guardian.pubkey(), PauseBit::Register),
        instructions::unpause(&world.guardian.pubkey(), PauseBit::Register),
    ];
    for instruction in all {
        let result = world.send(owner, &[&key, verifier, governance, &world.guardian], &[with_extra(instruction)]);
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
        (instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]), 1),
        (instructions::vote_report(&verifier.pubkey(), &poll, [1; 32]), 2),
        (instructions::open_poll(&owner.pubkey(), ReportKind::WorkReport, &Pubkey::new_unique(), 1), 1),
        (instructions::pause(&guardian.pubkey(), PauseBit::Register), 1),
        (instructions::pause(&guardian.pubkey(), PauseBit::Register), 3),
    ];
    for (instruction, index) in cases {
        let forged = clone(&instruction.accounts[index].pubkey);
        let result = world.send(owner, &[verifier, guardian], &[with_account(instruction, index, forged)]);
        expect_framework_error(result, registry::ID, ErrorCode::AccountOwnedByWrongProgram, 0);
    }
}

#[test]
fn account_of_another_type_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let verifier = &world.verifiers[0];
    let cases = [
        (instructions::pause_device(&rig.owner.pubkey(), &addresses::config()), ErrorCode::AccountDiscriminatorMismatch),
        (
            instructions::vote_report(&verifier.pubkey(), &rig.device, [1; 32]),
            ErrorCode::AccountDiscriminatorMismatch,
        ),
    ];
    for (instruction, code) in cases {
        expect_framework_error(world.send(&rig.owner, &[verifier], &[instruction]), registry::ID, code, 0);
    }
}

#[test]
fn daily_instructions_stay_inside_their_budgets() {
    let world = World::new();
    let rig = rig(&world);
    let poll = open(&world, ReportKind::WorkReport, &Pubkey::new_unique(), 1);
    for verifier in &world.verifiers[..2] {
        vote(&world, verifier, &poll, [1; 32]).expect("a verifier votes");
    }
    let device_tries = u64::from(255 - world.get::<Device>(&rig.device).bump);
    let poll_tries = u64::from(255 - world.get::<Poll>(&poll).bump);
    for (instruction, tries, budget) in [
        ("registry.register_device", device_tries, 25_000),
        ("registry.open_poll", poll_tries, 25_000),
        ("registry.vote_report", 0, 15_000),
    ] {
        let worst = world
            .measured()
            .into_iter()
            .filter(|measured| measured.instruction == instruction)
            .map(|measured| measured.compute_units)
            .max()
            .expect("it was measured");
        assert!(worst <= budget + tries * PER_BUMP, "{instruction} used {worst} units of {budget} after {tries} tries");
    }
}
