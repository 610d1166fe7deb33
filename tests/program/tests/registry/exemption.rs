//! `grant_exemption`, `cancel_exemption`, `close_exemption`.

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_economics::{
    exemption::{self as flags, BLOCK, GOVERNANCE_ONLY, MIN_UPTIME, NAMES, STAKING, WALLETS},
    params::registry::{EXEMPTION_CAP, EXEMPTION_DELAY, EXEMPTION_MAX, EXEMPTION_MAX_QTY},
};
use ion_migrations::wallets::Wallets;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    GrantExemptionArgs,
    error::RegistryError,
    events::{ExemptionCancelled, ExemptionClosed, ExemptionGranted},
    state::{ActionKind, Config, Device, Exemption},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// Hash of a published reason.
const REASON: [u8; 32] = [6; 32];

fn admin(world: &World) -> Keypair {
    let key = Wallets::Development
        .key("exemption-admin")
        .expect("development keys are derived");
    world.fund(&key.pubkey());
    key
}

fn args(flags: u32) -> GrantExemptionArgs {
    GrantExemptionArgs {
        flags,
        window_seconds: EXEMPTION_MAX.default,
        reason_hash: REASON,
    }
}

fn grant(
    world: &World,
    by: &Keypair,
    device: &Pubkey,
    args: GrantExemptionArgs,
) -> Result<TransactionRecord, SendError> {
    let instruction = instructions::grant_exemption(&by.pubkey(), &by.pubkey(), device, args);
    world.send(by, &[], &[instruction])
}

fn cancel(world: &World, by: &Keypair, device: &Pubkey) -> Result<TransactionRecord, SendError> {
    world.send(
        by,
        &[],
        &[instructions::cancel_exemption(&by.pubkey(), device)],
    )
}

fn close(world: &World, device: &Pubkey, payer: &Pubkey) -> Result<TransactionRecord, SendError> {
    let stranger = stranger(world);
    let instruction = instructions::close_exemption(&stranger.pubkey(), device, payer);
    world.send(&stranger, &[], &[instruction])
}

fn live(world: &World) -> u32 {
    world.get::<Config>(&addresses::config()).live_exemptions
}

#[test]
fn granted_exemption_starts_after_the_delay_and_holds_its_terms() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    let record = grant(&world, &admin, &rig.device, args(MIN_UPTIME | WALLETS)).expect("granted");
    let key = addresses::exemption(&rig.device);
    let account: Exemption = world.get(&key);
    let starts_at = world.now() + EXEMPTION_DELAY.default;
    assert_eq!((account.id, account.target), (1, rig.device));
    assert_eq!(
        (account.payer, account.grantor),
        (admin.pubkey(), admin.pubkey())
    );
    assert_eq!(account.flags, MIN_UPTIME | WALLETS);
    assert_eq!(
        (account.granted_at, account.starts_at),
        (world.now(), starts_at)
    );
    assert_eq!(
        (account.ends_at, account.cancelled_at),
        (starts_at + EXEMPTION_MAX.default, 0)
    );
    assert_eq!((account.reason_hash, account.event_seq), (REASON, 1));
    let config: Config = world.get(&addresses::config());
    assert_eq!((config.live_exemptions, config.exemptions_granted), (1, 1));

    let event: ExemptionGranted = world.event(registry::ID, &record);
    assert_eq!(
        (event.exemption, event.actor, event.payer),
        (key, admin.pubkey(), admin.pubkey())
    );
    assert_eq!(
        (event.id, event.target, event.qty, event.flags),
        (1, rig.device, 8, MIN_UPTIME | WALLETS)
    );
    assert_eq!(
        (event.starts_at, event.ends_at, event.reason_hash),
        (account.starts_at, account.ends_at, REASON)
    );
    assert_eq!((event.live, event.seq, event.at), (1, 1, world.now()));
}

#[test]
fn flags_of_governance_are_refused_to_the_admin_and_granted_to_governance() {
    let world = World::new();
    let admin = admin(&world);
    for (flag, name) in NAMES {
        let rig = rig(&world);
        let result = grant(&world, &admin, &rig.device, args(flag));
        if GOVERNANCE_ONLY & flag != 0 {
            expect_error(
                result,
                registry::ID,
                RegistryError::ExemptionFlagReserved,
                0,
            );
            grant(&world, &world.governance, &rig.device, args(flag)).expect(name);
        } else {
            result.expect(name);
        }
    }
    let rig = rig(&world);
    let mixed = grant(&world, &admin, &rig.device, args(MIN_UPTIME | STAKING));
    expect_error(mixed, registry::ID, RegistryError::ExemptionFlagReserved, 0);
}

#[test]
fn grant_by_anyone_else_is_refused() {
    let world = World::new();
    let rig = rig(&world);
    let stranger = stranger(&world);
    for key in [&stranger, &world.guardian, &world.scheduler, &rig.owner] {
        let result = grant(&world, key, &rig.device, args(MIN_UPTIME));
        expect_error(result, registry::ID, RegistryError::NotExemptionAdmin, 0);
    }
    let admin = admin(&world);
    let unsigned = without_signature(
        instructions::grant_exemption(
            &world.authority.pubkey(),
            &admin.pubkey(),
            &rig.device,
            args(MIN_UPTIME),
        ),
        1,
    );
    expect_framework_error(
        world.send(&world.authority, &[], &[unsigned]),
        registry::ID,
        anchor_lang::error::ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn grant_outside_its_limits_is_refused() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    let refused = |change: fn(&mut GrantExemptionArgs), error| {
        let mut args = args(MIN_UPTIME);
        change(&mut args);
        expect_error(
            grant(&world, &admin, &rig.device, args),
            registry::ID,
            error,
            0,
        );
    };
    refused(|args| args.flags = 0, RegistryError::InvalidExemptionFlags);
    refused(
        |args| args.flags = flags::ALL + 1,
        RegistryError::InvalidExemptionFlags,
    );
    refused(
        |args| args.window_seconds = 0,
        RegistryError::ExemptionWindowOutOfBounds,
    );
    refused(
        |args| args.window_seconds = EXEMPTION_MAX.default + 1,
        RegistryError::ExemptionWindowOutOfBounds,
    );
    refused(
        |args| args.window_seconds = -1,
        RegistryError::ExemptionWindowOutOfBounds,
    );
    refused(
        |args| args.reason_hash = [0; 32],
        RegistryError::EmptyReason,
    );

    rewrite::<Device>(&world, &rig.device, |device| device.qty = 9);
    assert_eq!(EXEMPTION_MAX_QTY.default, 8);
    expect_error(
        grant(&world, &admin, &rig.device, args(MIN_UPTIME)),
        registry::ID,
        RegistryError::ExemptionTooLarge,
        0,
    );
}

#[test]
fn blocked_or_terminated_device_is_never_granted_one() {
    let world = World::new();
    for status in [7, 8] {
        let rig = rig(&world);
        rewrite::<Device>(&world, &rig.device, |device| device.status = status);
        expect_error(
            grant(&world, &world.governance, &rig.device, args(BLOCK)),
            registry::ID,
            RegistryError::DeviceCannotBeExempt,
            0,
        );
    }
}

#[test]
fn live_grants_never_exceed_the_cap() {
    let world = World::new();
    let admin = admin(&world);
    let (first, last) = (rig(&world), rig(&world));
    let cap = u32::try_from(EXEMPTION_CAP.default).expect("a small number");
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.live_exemptions = cap - 1
    });
    grant(&world, &admin, &first.device, args(MIN_UPTIME)).expect("the last place");
    assert_eq!(live(&world), cap);
    let result = grant(&world, &admin, &last.device, args(MIN_UPTIME));
    expect_error(result, registry::ID, RegistryError::ExemptionCapReached, 0);
    cancel(&world, &world.guardian, &first.device).expect("the guardian cancels");
    grant(&world, &admin, &last.device, args(MIN_UPTIME)).expect("a place is free");
    assert_eq!(live(&world), cap);
}

#[test]
fn one_grant_per_device_at_a_time() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted");
    let again = grant(&world, &admin, &rig.device, args(WALLETS));
    expect_error(again, registry::ID, 0_u32, 0); // the system program: account in use
    assert_eq!(live(&world), 1);
}

#[test]
fn cancel_by_guardian_or_governance_ends_it_before_or_while_it_runs() {
    let world = World::new();
    let admin = admin(&world);
    for (key, wait) in [
        (&world.guardian, 0),
        (&world.governance, EXEMPTION_DELAY.default + 10),
    ] {
        let rig = rig(&world);
        grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted");
        world.warp(wait);
        let record = cancel(&world, key, &rig.device).expect("guardian or governance");
        let account: Exemption = world.get(&addresses::exemption(&rig.device));
        assert_eq!((account.cancelled_at, account.event_seq), (world.now(), 2));
        assert_eq!(live(&world), 0);
        let event: ExemptionCancelled = world.event(registry::ID, &record);
        assert_eq!(
            (event.actor, event.target, event.id),
            (key.pubkey(), rig.device, account.id)
        );
        assert_eq!(
            (event.cancelled_at.old, event.cancelled_at.new, event.live),
            (0, world.now(), 0)
        );
        let again = cancel(&world, key, &rig.device);
        expect_error(again, registry::ID, RegistryError::ExemptionOver, 0);
    }
}

#[test]
fn cancel_by_anyone_else_or_after_the_end_is_refused() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted");
    let stranger = stranger(&world);
    for key in [&admin, &stranger, &rig.owner] {
        expect_error(
            cancel(&world, key, &rig.device),
            registry::ID,
            RegistryError::NotGovernanceOrGuardian,
            0,
        );
    }
    world.warp(EXEMPTION_DELAY.default + EXEMPTION_MAX.default + 1);
    expect_error(
        cancel(&world, &world.guardian, &rig.device),
        registry::ID,
        RegistryError::ExemptionOver,
        0,
    );
}

#[test]
fn close_after_the_end_returns_the_rent_and_the_place() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted");
    let key = addresses::exemption(&rig.device);
    let rent = world.raw(&key).lamports;
    world.warp(EXEMPTION_DELAY.default + EXEMPTION_MAX.default);
    expect_error(
        close(&world, &rig.device, &admin.pubkey()),
        registry::ID,
        RegistryError::ExemptionStillRuns,
        0,
    );
    world.warp(1);
    let stranger = stranger(&world);
    expect_error(
        close(&world, &rig.device, &stranger.pubkey()),
        registry::ID,
        RegistryError::WrongRentPayer,
        0,
    );
    let before = world.raw(&admin.pubkey()).lamports;
    let record = close(&world, &rig.device, &admin.pubkey()).expect("anyone closes");
    assert_eq!(world.raw(&admin.pubkey()).lamports, before + rent);
    assert!(!world.exists(&key));
    assert_eq!(live(&world), 0);
    let event: ExemptionClosed = world.event(registry::ID, &record);
    assert_eq!(
        (event.exemption, event.payer, event.id),
        (key, admin.pubkey(), 1)
    );
    assert_eq!(
        (event.target, event.cancelled_at, event.live, event.seq),
        (rig.device, 0, 0, 2)
    );
}

#[test]
fn cancelled_grant_closes_at_once_and_a_new_one_has_a_new_number() {
    let world = World::new();
    let (admin, rig) = (admin(&world), rig(&world));
    grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted");
    cancel(&world, &world.guardian, &rig.device).expect("cancelled");
    close(&world, &rig.device, &admin.pubkey()).expect("closed");
    assert_eq!(live(&world), 0);
    grant(&world, &admin, &rig.device, args(MIN_UPTIME)).expect("granted again");
    let account: Exemption = world.get(&addresses::exemption(&rig.device));
    assert_eq!((account.id, account.cancelled_at), (2, 0));
    assert_eq!(live(&world), 1);
}

#[test]
fn exemption_of_a_device_that_is_blocked_later_is_not_in_force() {
    let world = World::new();
    let rig = rig(&world);
    grant(&world, &world.governance, &rig.device, args(BLOCK)).expect("granted");
    enact(&world, &ActionKind::BlockDevice { device: rig.device });
    let account: Exemption = world.get(&addresses::exemption(&rig.device));
    let device: Device = world.get(&rig.device);
    let status = device.device_status().expect("a status");
    let now = ion_economics::units::UnixSeconds::new(account.starts_at);
    assert!(!account.to_rule().is_in_force(status, MIN_UPTIME, now));
}
