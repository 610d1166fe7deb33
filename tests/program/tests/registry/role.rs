//! `accept_role` and the proposal before it.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_program_tests::{World, expect_error};
use registry::{
    error::RegistryError,
    events::{RoleAccepted, RoleProposed, RoleRetracted},
    state::{ActionKind, RoleKind, Roles},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn propose(role: RoleKind, key: &Keypair) -> ActionKind {
    ActionKind::SetRole {
        role,
        key: key.pubkey(),
    }
}

fn accept(
    world: &World,
    key: &Keypair,
    role: RoleKind,
) -> Result<ion_client::history::TransactionRecord, ion_client::send::SendError> {
    world.send(key, &[], &[instructions::accept_role(&key.pubkey(), role)])
}

#[test]
fn proposed_key_takes_over_when_it_accepts() {
    let world = World::new();
    let heir = stranger(&world);
    let record = enact(&world, &propose(RoleKind::Scheduler, &heir));
    let roles: Roles = world.get(&addresses::roles());
    assert_eq!(roles.scheduler.current, world.scheduler.pubkey());
    assert_eq!(roles.scheduler.proposed, heir.pubkey());
    let event: RoleProposed = world.event(registry::ID, &record);
    assert_eq!(
        (event.role, event.current),
        (RoleKind::Scheduler, world.scheduler.pubkey())
    );
    assert_eq!(
        (event.proposed.old, event.proposed.new),
        (Pubkey::default(), heir.pubkey())
    );
    assert_eq!(event.seq, 2);

    let record = accept(&world, &heir, RoleKind::Scheduler).expect("the proposed key accepts");
    let roles: Roles = world.get(&addresses::roles());
    assert_eq!(
        (roles.scheduler.current, roles.scheduler.proposed),
        (heir.pubkey(), Pubkey::default())
    );
    assert_eq!(roles.governance.current, world.governance.pubkey());
    let event: RoleAccepted = world.event(registry::ID, &record);
    assert_eq!(
        (event.current.old, event.current.new),
        (world.scheduler.pubkey(), heir.pubkey())
    );
    assert_eq!(
        (event.role, event.actor, event.seq),
        (RoleKind::Scheduler, heir.pubkey(), 3)
    );
}

#[test]
fn every_role_can_be_handed_over() {
    let world = World::new();
    let kinds = [
        RoleKind::Guardian,
        RoleKind::Slasher,
        RoleKind::Arbiter,
        RoleKind::Scheduler,
        RoleKind::ExemptionAdmin,
        RoleKind::Governance,
    ];
    for role in kinds {
        let heir = stranger(&world);
        enact(&world, &propose(role, &heir));
        accept(&world, &heir, role).expect("the proposed key accepts");
        let roles: Roles = world.get(&addresses::roles());
        assert_eq!(roles.role(role).current, heir.pubkey());
    }
    let old = ActionKind::SealGenesis;
    expect_error(
        try_queue(&world, &old),
        registry::ID,
        RegistryError::NotGovernance,
        0,
    );
}

#[test]
fn accept_by_a_key_that_was_not_proposed_is_refused() {
    let world = World::new();
    let heir = stranger(&world);
    let role = RoleKind::Guardian;
    expect_error(
        accept(&world, &heir, role),
        registry::ID,
        RegistryError::NotProposedKey,
        0,
    );
    enact(&world, &propose(role, &heir));
    let result = accept(&world, &stranger(&world), role);
    expect_error(result, registry::ID, RegistryError::NotProposedKey, 0);
    let result = accept(&world, &heir, RoleKind::Arbiter);
    expect_error(result, registry::ID, RegistryError::NotProposedKey, 0);
    accept(&world, &heir, role).expect("the proposed key accepts");
    world.warp(1);
    expect_error(
        accept(&world, &heir, role),
        registry::ID,
        RegistryError::NotProposedKey,
        0,
    );
}

#[test]
fn one_key_never_is_slasher_and_arbiter() {
    let world = World::new();
    let result = try_enact(&world, &propose(RoleKind::Slasher, &world.arbiter));
    expect_error(result, registry::ID, RegistryError::SlasherIsArbiter, 0);
    let result = try_enact(&world, &propose(RoleKind::Arbiter, &world.slasher));
    expect_error(result, registry::ID, RegistryError::SlasherIsArbiter, 0);

    let both = stranger(&world);
    enact(&world, &propose(RoleKind::Slasher, &both));
    enact(&world, &propose(RoleKind::Arbiter, &both));
    accept(&world, &both, RoleKind::Slasher).expect("the first of the two");
    let second = accept(&world, &both, RoleKind::Arbiter);
    expect_error(second, registry::ID, RegistryError::SlasherIsArbiter, 0);
}

#[test]
fn empty_key_cannot_be_proposed() {
    let world = World::new();
    let payload = ActionKind::SetRole {
        role: RoleKind::Guardian,
        key: Pubkey::default(),
    };
    expect_error(
        try_queue(&world, &payload),
        registry::ID,
        RegistryError::EmptyKey,
        0,
    );
}

fn retract(
    world: &World,
    by: &Keypair,
    role: RoleKind,
) -> Result<ion_client::history::TransactionRecord, ion_client::send::SendError> {
    world.send(by, &[], &[instructions::retract_role(&by.pubkey(), role)])
}

#[test]
fn proposal_is_taken_back_by_governance_or_guardian_until_it_is_accepted() {
    let world = World::new();
    for by in [&world.governance, &world.guardian] {
        let heir = stranger(&world);
        enact(&world, &propose(RoleKind::Arbiter, &heir));
        let before: Roles = world.get(&addresses::roles());
        let record = retract(&world, by, RoleKind::Arbiter).expect("governance or guardian");
        let roles: Roles = world.get(&addresses::roles());
        assert_eq!(
            (roles.arbiter.current, roles.arbiter.proposed),
            (world.arbiter.pubkey(), Pubkey::default())
        );
        let event: RoleRetracted = world.event(registry::ID, &record);
        assert_eq!(
            (event.role, event.actor, event.current),
            (RoleKind::Arbiter, by.pubkey(), world.arbiter.pubkey())
        );
        assert_eq!(
            (event.proposed.old, event.proposed.new, event.seq),
            (heir.pubkey(), Pubkey::default(), before.event_seq + 1)
        );
        expect_error(
            accept(&world, &heir, RoleKind::Arbiter),
            registry::ID,
            RegistryError::NotProposedKey,
            0,
        );
        expect_error(
            retract(&world, by, RoleKind::Arbiter),
            registry::ID,
            RegistryError::NoRoleProposed,
            0,
        );
    }
}

#[test]
fn guardian_takes_back_no_proposal_of_its_own_role_and_strangers_none() {
    let world = World::new();
    let heir = stranger(&world);
    enact(&world, &propose(RoleKind::Guardian, &heir));
    expect_error(
        retract(&world, &world.guardian, RoleKind::Guardian),
        registry::ID,
        RegistryError::GuardianReplacement,
        0,
    );
    let stranger = stranger(&world);
    for key in [&stranger, &heir, &world.scheduler] {
        expect_error(
            retract(&world, key, RoleKind::Guardian),
            registry::ID,
            RegistryError::NotGovernanceOrGuardian,
            0,
        );
    }
    retract(&world, &world.governance, RoleKind::Guardian).expect("governance may");
}

#[test]
fn default_key_never_accepts_a_role_without_a_proposal() {
    let world = World::new();
    let stranger = stranger(&world);
    for role in [RoleKind::Governance, RoleKind::Slasher] {
        expect_error(
            accept(&world, &stranger, role),
            registry::ID,
            RegistryError::NotProposedKey,
            0,
        );
    }
}

/// The keys of slasher and arbiter are replaced: the old ones lose the role at once, the new ones
/// hold it, and neither becomes the other.
#[test]
fn e31_replaced_slasher_and_arbiter_lose_their_roles_at_once() {
    let world = World::new();
    for role in [RoleKind::Slasher, RoleKind::Arbiter] {
        let heir = stranger(&world);
        enact(&world, &propose(role, &heir));
        accept(&world, &heir, role).expect("the heir accepts");
        let roles: Roles = world.get(&addresses::roles());
        assert_eq!(roles.role(role).current, heir.pubkey());
    }
    let roles: Roles = world.get(&addresses::roles());
    assert_ne!(roles.slasher.current, roles.arbiter.current);
    assert_ne!(roles.slasher.current, world.slasher.pubkey());
}
