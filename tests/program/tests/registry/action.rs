//! Life of an action: `queue_action`, `execute_action`, `cancel_action`, `close_action`.

use ion_client::{addresses::registry as addresses, instructions::registry as instructions};
use ion_economics::{
    governance::ActionStatus,
    params::{
        Program as Consumer,
        registry::{ACTION_GRACE, POLL_KEEP},
    },
};
use ion_program_tests::{World, expect_error};
use registry::{
    error::RegistryError,
    events::{ActionCancelled, ActionClosed, ActionExecuted, ActionQueued, GenesisSealed},
    state::{Action, ActionKind, Config, RoleKind, VerifierKeys},
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn some_action() -> ActionKind {
    ActionKind::SetParam {
        program: Consumer::Registry.to_u8(),
        slot: POLL_KEEP.slot,
        value: POLL_KEEP.max,
    }
}

#[test]
fn queued_action_holds_its_payload_and_times() {
    let world = World::new();
    let id = next_action(&world);
    let record = try_queue(&world, &some_action()).expect("governance queues");
    let action: Action = world.get(&addresses::action(id));
    let eta = world.now() + world.plan.governance_timelock_seconds;
    assert_eq!((action.id, action.payer), (id, world.governance.pubkey()));
    assert_eq!(action.status, ActionStatus::Queued.code());
    assert_eq!((action.queued_at, action.eta), (world.now(), eta));
    assert_eq!(action.expires_at, eta + ACTION_GRACE.default);
    assert!(!action.in_genesis);
    assert_eq!(action.payload, some_action());
    assert_eq!(action.hash, some_action().hash().expect("it encodes"));
    assert_eq!(next_action(&world), id + 1);

    let event: ActionQueued = world.event(registry::ID, &record);
    assert_eq!(
        (event.id, event.actor, event.payer),
        (id, world.governance.pubkey(), world.governance.pubkey())
    );
    assert_eq!((event.payload, event.hash), (some_action(), action.hash));
    assert_eq!(
        (event.eta, event.expires_at, event.in_genesis),
        (action.eta, action.expires_at, false)
    );
    assert_eq!((event.seq, event.at), (1, world.now()));
}

#[test]
fn queue_by_anyone_but_governance_is_refused() {
    let world = World::new();
    let stranger = stranger(&world);
    for key in [&world.guardian, &stranger] {
        let instruction = instructions::queue_action(
            &key.pubkey(),
            &key.pubkey(),
            next_action(&world),
            some_action(),
        );
        let result = world.send(key, &[], &[instruction]);
        expect_error(result, registry::ID, RegistryError::NotGovernance, 0);
    }
}

#[test]
fn queue_of_a_payload_outside_its_bounds_is_refused() {
    let world = World::new();
    let param = |program, slot, value| ActionKind::SetParam {
        program,
        slot,
        value,
    };
    let registry = Consumer::Registry.to_u8();
    let set = |keys: Vec<Pubkey>, threshold| ActionKind::SetVerifierSet {
        set: VerifierKeys { keys, threshold },
    };
    let unique = |count| {
        std::iter::repeat_with(Pubkey::new_unique)
            .take(count)
            .collect::<Vec<_>>()
    };
    let mut twice = unique(3);
    twice[2] = twice[0];
    let mut empty = unique(3);
    empty[1] = Pubkey::default();
    for (payload, error) in [
        (
            param(registry, POLL_KEEP.slot, POLL_KEEP.min - 1),
            RegistryError::ParamOutOfBounds,
        ),
        (
            param(registry, POLL_KEEP.slot, POLL_KEEP.max + 1),
            RegistryError::ParamOutOfBounds,
        ),
        (param(registry, 35, 1), RegistryError::UnknownParam),
        (param(9, 0, 1), RegistryError::UnknownParam),
        (set(unique(2), 2), RegistryError::InvalidVerifierSet),
        (set(unique(4), 2), RegistryError::InvalidVerifierSet),
        (set(unique(4), 5), RegistryError::InvalidVerifierSet),
        (set(unique(21), 11), RegistryError::InvalidVerifierSet),
        (set(twice, 2), RegistryError::DuplicateVerifier),
        (set(empty, 2), RegistryError::EmptyKey),
        (
            ActionKind::BlockDevice {
                device: Pubkey::default(),
            },
            RegistryError::EmptyKey,
        ),
        (ActionKind::SealGenesis, RegistryError::GenesisSealed),
    ] {
        expect_error(try_queue(&world, &payload), registry::ID, error, 0);
    }
}

#[test]
fn largest_verifier_set_fits_one_transaction() {
    let world = World::new();
    let keys = std::iter::repeat_with(Pubkey::new_unique)
        .take(20)
        .collect();
    enact(
        &world,
        &ActionKind::SetVerifierSet {
            set: VerifierKeys {
                keys,
                threshold: 11,
            },
        },
    );
}

#[test]
fn action_executes_between_eta_and_expiry_only() {
    let world = World::new();
    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds - 1);
    expect_error(
        execute(&world, id, &some_action()),
        registry::ID,
        RegistryError::TimelockNotOver,
        0,
    );
    world.warp(1);
    let record = execute(&world, id, &some_action()).expect("at eta");
    let action: Action = world.get(&addresses::action(id));
    assert_eq!(action.status, ActionStatus::Executed.code());
    let event: ActionExecuted = world.event(registry::ID, &record);
    assert_eq!((event.id, event.hash, event.seq), (id, action.hash, 2));
    assert_eq!((event.status.old, event.status.new), (0, 1));

    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds + ACTION_GRACE.default);
    execute(&world, id, &some_action()).expect("in the last second");
    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds + ACTION_GRACE.default + 1);
    expect_error(
        execute(&world, id, &some_action()),
        registry::ID,
        RegistryError::ActionExpired,
        0,
    );
    let cancel = instructions::cancel_action(&world.governance.pubkey(), id);
    let result = world.send(&world.governance, &[], &[cancel]);
    expect_error(result, registry::ID, RegistryError::ActionExpired, 0);
}

#[test]
fn action_executes_once() {
    let world = World::new();
    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds);
    execute(&world, id, &some_action()).expect("the first time");
    expect_error(
        execute(&world, id, &some_action()),
        registry::ID,
        RegistryError::ActionAlreadyExecuted,
        0,
    );
    let cancel = instructions::cancel_action(&world.governance.pubkey(), id);
    let result = world.send(&world.governance, &[], &[cancel]);
    expect_error(
        result,
        registry::ID,
        RegistryError::ActionAlreadyExecuted,
        0,
    );
}

#[test]
fn cancel_by_governance_or_guardian_ends_the_action() {
    let world = World::new();
    for key in [&world.governance, &world.guardian] {
        let id = queue(&world, &some_action());
        let record = world
            .send(key, &[], &[instructions::cancel_action(&key.pubkey(), id)])
            .expect("governance or guardian");
        let action: Action = world.get(&addresses::action(id));
        assert_eq!(action.status, ActionStatus::Cancelled.code());
        let event: ActionCancelled = world.event(registry::ID, &record);
        assert_eq!((event.id, event.actor, event.seq), (id, key.pubkey(), 2));
        assert_eq!((event.status.old, event.status.new), (0, 2));
        world.warp(world.plan.governance_timelock_seconds);
        expect_error(
            execute(&world, id, &some_action()),
            registry::ID,
            RegistryError::ActionAlreadyCancelled,
            0,
        );
        let result = world.send(key, &[], &[instructions::cancel_action(&key.pubkey(), id)]);
        expect_error(
            result,
            registry::ID,
            RegistryError::ActionAlreadyCancelled,
            0,
        );
    }
}

#[test]
fn cancel_by_a_stranger_is_refused() {
    let world = World::new();
    let id = queue(&world, &some_action());
    let stranger = stranger(&world);
    let result = world.send(
        &stranger,
        &[],
        &[instructions::cancel_action(&stranger.pubkey(), id)],
    );
    expect_error(
        result,
        registry::ID,
        RegistryError::NotGovernanceOrGuardian,
        0,
    );
}

#[test]
fn guardian_cannot_cancel_its_replacement_and_governance_can() {
    let world = World::new();
    let payload = ActionKind::SetRole {
        role: RoleKind::Guardian,
        key: Pubkey::new_unique(),
    };
    let id = queue(&world, &payload);
    let guardian = &world.guardian;
    let result = world.send(
        guardian,
        &[],
        &[instructions::cancel_action(&guardian.pubkey(), id)],
    );
    expect_error(result, registry::ID, RegistryError::GuardianReplacement, 0);
    let governance = &world.governance;
    world
        .send(
            governance,
            &[],
            &[instructions::cancel_action(&governance.pubkey(), id)],
        )
        .expect("governance takes it back");
}

#[test]
fn close_returns_the_rent_when_the_action_is_over() {
    let world = World::new();
    let stranger = stranger(&world);
    let close = |id| instructions::close_action(&stranger.pubkey(), id, &world.governance.pubkey());

    let id = queue(&world, &some_action());
    let rent = world.raw(&addresses::action(id)).lamports;
    let result = world.send(&stranger, &[], &[close(id)]);
    expect_error(result, registry::ID, RegistryError::ActionStillOpen, 0);
    world.warp(world.plan.governance_timelock_seconds);
    execute(&world, id, &some_action()).expect("at eta");
    let before = world.raw(&world.governance.pubkey()).lamports;
    let record = world
        .send(&stranger, &[], &[close(id)])
        .expect("anyone closes");
    assert_eq!(
        world.raw(&world.governance.pubkey()).lamports,
        before + rent
    );
    assert!(!world.exists(&addresses::action(id)));
    let event: ActionClosed = world.event(registry::ID, &record);
    assert_eq!(
        (event.id, event.status, event.payer),
        (id, 1, world.governance.pubkey())
    );
    assert_eq!((event.actor, event.seq), (stranger.pubkey(), 3));

    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds + ACTION_GRACE.default);
    let result = world.send(&stranger, &[], &[close(id)]);
    expect_error(result, registry::ID, RegistryError::ActionStillOpen, 0);
    world.warp(1);
    world.send(&stranger, &[], &[close(id)]).expect("expired");
}

#[test]
fn close_to_another_wallet_is_refused() {
    let world = World::new();
    let id = queue(&world, &some_action());
    world.warp(world.plan.governance_timelock_seconds);
    execute(&world, id, &some_action()).expect("at eta");
    let stranger = stranger(&world);
    let close = instructions::close_action(&stranger.pubkey(), id, &stranger.pubkey());
    expect_error(
        world.send(&stranger, &[], &[close]),
        registry::ID,
        RegistryError::WrongRentPayer,
        0,
    );
}

#[test]
fn genesis_actions_execute_at_once_and_die_with_the_seal() {
    let world = unsealed();
    let pending = queue(&world, &some_action());
    let action: Action = world.get(&addresses::action(pending));
    assert!(action.in_genesis);
    assert_eq!(action.eta, world.now());

    let second_seal = queue(&world, &ActionKind::SealGenesis);
    let seal = queue(&world, &ActionKind::SealGenesis);
    let record = execute(&world, seal, &ActionKind::SealGenesis).expect("genesis seals");
    let config: Config = world.get(&addresses::config());
    assert_eq!(config.genesis_sealed_at, world.now());
    let event: GenesisSealed = world.event(registry::ID, &record);
    assert_eq!(
        (event.genesis_sealed_at.old, event.genesis_sealed_at.new),
        (0, world.now())
    );
    assert_eq!(
        (event.action, event.seq),
        (addresses::action(seal), config.event_seq)
    );

    for (id, payload) in [
        (pending, some_action()),
        (second_seal, ActionKind::SealGenesis),
    ] {
        expect_error(
            execute(&world, id, &payload),
            registry::ID,
            RegistryError::QueuedBeforeSeal,
            0,
        );
    }
}
