//! `consume_action` and `set_switch_hour`, with caller addresses whose keys the test holds.

mod switch;

use ion_client::{
    addresses::registry as addresses, history::TransactionRecord,
    instructions::registry as instructions, send::SendError,
};
use ion_economics::{
    governance::ActionStatus,
    params::registry::{ACTION_GRACE, MODE_TIMELOCK, POLL_KEEP},
};
use ion_migrations::tables;
use ion_program_tests::{World, expect_error, expect_framework_error};
use registry::{
    error::RegistryError,
    events::{ActionExecuted, ClassRated, SwitchScheduled},
    state::{Action, ActionKind, ClassTerms, Config, Pool, ProcessorClass, TneCounter},
};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::stage::*;

/// A world in which the test holds the caller addresses of the engine and of booking.
fn world_with_callers() -> (World, Keypair, Keypair) {
    let world = World::new();
    let (ide, booking) = (stranger(&world), stranger(&world));
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.ide_caller = ide.pubkey();
        config.booking_caller = booking.pubkey();
    });
    (world, ide, booking)
}

fn rates(class: u16) -> ActionKind {
    ActionKind::SetClassRates {
        class,
        avail_rate_usd_micros: 400_000,
        hire_rate_usd_micros: 600_000,
        list_price_usd_micros: 1_000_000,
        max_processors: 1_000,
    }
}

fn adjustment() -> ActionKind {
    ActionKind::AdjustTne {
        counter: TneCounter::Settled,
        amount_io: -5,
        reason_hash: [4; 32],
    }
}

fn consume(
    world: &World,
    caller: &Keypair,
    id: u64,
    payload: &ActionKind,
) -> Result<TransactionRecord, SendError> {
    let instruction = instructions::consume_action(&caller.pubkey(), id, payload.clone());
    world.send(caller, &[], &[instruction])
}

fn ready(world: &World, payload: &ActionKind) -> u64 {
    let id = queue(world, payload);
    let wait = if *payload == ActionKind::ScheduleSwitch {
        MODE_TIMELOCK.default
    } else {
        world.plan.governance_timelock_seconds
    };
    world.warp(wait);
    id
}

fn config(world: &World) -> Config {
    world.get(&addresses::config())
}

#[test]
fn each_program_consumes_its_own_kinds_once() {
    let (world, ide, booking) = world_with_callers();
    for (caller, payload) in [
        (&ide, rates(live_class())),
        (&ide, ActionKind::ScheduleSwitch),
        (&booking, adjustment()),
    ] {
        let id = ready(&world, &payload);
        let record = consume(&world, caller, id, &payload).expect("its program consumes it");
        let action: Action = world.get(&addresses::action(id));
        assert_eq!(action.status, ActionStatus::Executed.code());
        let event: ActionExecuted = world.event(registry::ID, &record);
        assert_eq!(
            (event.id, event.actor, event.hash),
            (id, caller.pubkey(), action.hash)
        );
        assert_eq!(
            (event.status.old, event.status.new, event.seq, event.at),
            (0, 1, 2, world.now())
        );
        world.warp(1);
        expect_error(
            consume(&world, caller, id, &payload),
            registry::ID,
            RegistryError::ActionAlreadyExecuted,
            0,
        );
    }
}

#[test]
fn consumption_by_anyone_else_is_refused() {
    let (world, ide, booking) = world_with_callers();
    let stranger = stranger(&world);
    for (wrong, payload) in [
        (&booking, rates(live_class())),
        (&stranger, rates(live_class())),
        (&ide, adjustment()),
        (&world.governance, adjustment()),
        (&world.governance, ActionKind::ScheduleSwitch),
    ] {
        let id = ready(&world, &payload);
        expect_error(
            consume(&world, wrong, id, &payload),
            registry::ID,
            RegistryError::NotActionConsumer,
            0,
        );
    }
    let payload = adjustment();
    let id = ready(&world, &payload);
    let unsigned = without_signature(
        instructions::consume_action(&booking.pubkey(), id, payload),
        0,
    );
    expect_framework_error(
        world.send(&stranger, &[], &[unsigned]),
        registry::ID,
        anchor_lang::error::ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn actions_of_the_registry_are_not_consumed_and_the_others_not_executed() {
    let (world, ide, booking) = world_with_callers();
    let own = ActionKind::SetParam {
        program: 0,
        slot: POLL_KEEP.slot,
        value: POLL_KEEP.max,
    };
    let id = ready(&world, &own);
    for caller in [&ide, &booking] {
        expect_error(
            consume(&world, caller, id, &own),
            registry::ID,
            RegistryError::NotActionConsumer,
            0,
        );
    }
    for payload in [
        rates(live_class()),
        adjustment(),
        ActionKind::ScheduleSwitch,
    ] {
        let id = ready(&world, &payload);
        expect_error(
            execute(&world, id, &payload),
            registry::ID,
            RegistryError::UseConsumer,
            0,
        );
    }
}

#[test]
fn payload_that_was_not_queued_is_refused() {
    let (world, ide, _) = world_with_callers();
    let payload = rates(live_class());
    let id = ready(&world, &payload);
    let other = ActionKind::SetClassRates {
        class: live_class(),
        avail_rate_usd_micros: 400_001,
        hire_rate_usd_micros: 599_999,
        list_price_usd_micros: 1_000_000,
        max_processors: 1_000,
    };
    expect_error(
        consume(&world, &ide, id, &other),
        registry::ID,
        RegistryError::ActionPayloadMismatch,
        0,
    );
    rewrite::<Action>(&world, &addresses::action(id), |action| action.hash[0] ^= 1);
    expect_error(
        consume(&world, &ide, id, &payload),
        registry::ID,
        RegistryError::ActionPayloadMismatch,
        0,
    );
}

#[test]
fn consumption_keeps_the_window_of_the_action() {
    let (world, _, booking) = world_with_callers();
    let payload = adjustment();
    let id = queue(&world, &payload);
    world.warp(world.plan.governance_timelock_seconds - 1);
    let early = consume(&world, &booking, id, &payload);
    expect_error(early, registry::ID, RegistryError::TimelockNotOver, 0);
    world.warp(1 + ACTION_GRACE.default + 1);
    let late = consume(&world, &booking, id, &payload);
    expect_error(late, registry::ID, RegistryError::ActionExpired, 0);

    let id = ready(&world, &payload);
    let cancel = instructions::cancel_action(&world.guardian.pubkey(), id);
    world
        .send(&world.guardian, &[], &[cancel])
        .expect("the guardian cancels");
    let cancelled = consume(&world, &booking, id, &payload);
    expect_error(
        cancelled,
        registry::ID,
        RegistryError::ActionAlreadyCancelled,
        0,
    );
}

#[test]
fn class_is_given_exactly_where_the_action_names_one() {
    let (world, ide, booking) = world_with_callers();
    let payload = rates(live_class());
    let id = ready(&world, &payload);
    const CLASS: usize = 3;
    let good = instructions::consume_action(&ide.pubkey(), id, payload);
    let missing = with_account(good.clone(), CLASS, registry::ID);
    expect_error(
        world.send(&ide, &[], &[missing]),
        registry::ID,
        RegistryError::MissingTarget,
        0,
    );
    let other = with_account(good, CLASS, addresses::class(withdrawn_class()));
    expect_error(
        world.send(&ide, &[], &[other]),
        registry::ID,
        RegistryError::WrongTarget,
        0,
    );
    let id = ready(&world, &adjustment());
    let mut surplus = instructions::consume_action(&booking.pubkey(), id, adjustment());
    surplus.accounts[CLASS].pubkey = addresses::class(live_class());
    surplus.accounts[CLASS].is_writable = true;
    expect_error(
        world.send(&booking, &[], &[surplus]),
        registry::ID,
        RegistryError::UnneededTarget,
        0,
    );
}

#[test]
fn rates_and_adjustments_outside_their_bounds_are_refused_at_the_queue() {
    let world = World::new();
    let change = |change: fn(&mut [u64; 4])| {
        let mut values = [400_000, 600_000, 1_000_000, 1_000];
        change(&mut values);
        ActionKind::SetClassRates {
            class: 1,
            avail_rate_usd_micros: values[0],
            hire_rate_usd_micros: values[1],
            list_price_usd_micros: values[2],
            max_processors: values[3] as u32,
        }
    };
    for wrong in [
        change(|values| values[0] += 1),
        change(|values| values[1] += 1),
        change(|values| values[2] -= 1),
        change(|values| values[0] = u64::MAX),
        change(|values| *values = [0, 0, 0, 1]),
        change(|values| values[3] = 0),
    ] {
        expect_error(
            try_queue(&world, &wrong),
            registry::ID,
            RegistryError::InvalidClassRates,
            0,
        );
    }
    try_queue(&world, &change(|values| *values = [0, 0, 1, 1])).expect("the least lawful rates");
    for (amount_io, reason_hash) in [(0, [4; 32]), (1, [0; 32])] {
        let wrong = ActionKind::AdjustTne {
            counter: TneCounter::Estimated,
            amount_io,
            reason_hash,
        };
        expect_error(
            try_queue(&world, &wrong),
            registry::ID,
            RegistryError::InvalidAdjustment,
            0,
        );
    }
}
