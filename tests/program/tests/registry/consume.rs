//! `consume_action` and `set_switch_hour`, with caller addresses whose keys the test holds.

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

#[test]
fn first_rates_of_a_class_count_it_as_rated() {
    let (world, ide, _) = world_with_callers();
    let live = config(&world).live_classes;
    for (class, rated) in [(live_class(), 1), (withdrawn_class(), 1), (live_class(), 1)] {
        let payload = rates(class);
        let id = ready(&world, &payload);
        let first = !world
            .get::<ProcessorClass>(&addresses::class(class))
            .rates_set;
        let record = consume(&world, &ide, id, &payload).expect("the engine consumes");
        let account: ProcessorClass = world.get(&addresses::class(class));
        assert!(account.rates_set);
        let config = config(&world);
        assert_eq!(
            (config.live_classes, config.rated_live_classes),
            (live, rated)
        );
        if first {
            let event: ClassRated = world.event(registry::ID, &record);
            assert_eq!(
                (event.class, event.actor, event.seq),
                (addresses::class(class), ide.pubkey(), account.event_seq)
            );
            assert_eq!(
                (event.live_classes, event.rated_live_classes),
                (live, rated)
            );
        }
    }
}

#[test]
fn mode_switch_waits_for_its_own_timelock() {
    let (world, ide, _) = world_with_callers();
    let payload = ActionKind::ScheduleSwitch;
    let id = queue(&world, &payload);
    let action: Action = world.get(&addresses::action(id));
    assert_eq!(action.eta, world.now() + MODE_TIMELOCK.default);
    world.warp(MODE_TIMELOCK.default - 1);
    expect_error(
        consume(&world, &ide, id, &payload),
        registry::ID,
        RegistryError::TimelockNotOver,
        0,
    );
    world.warp(1);
    consume(&world, &ide, id, &payload).expect("at eta");
}

/// Marks every live class as rated, as the engine does one by one.
fn rate_all(world: &World) {
    for class in tables::classes().expect("the tables parse") {
        rewrite::<ProcessorClass>(world, &addresses::class(class.id), |account| {
            account.rates_set = account.mult_now != 0
        });
    }
    rewrite::<Config>(world, &addresses::config(), |config| {
        config.rated_live_classes = config.live_classes
    });
}

fn set_hour(world: &World, caller: &Keypair) -> Result<TransactionRecord, SendError> {
    world.send(
        caller,
        &[],
        &[instructions::set_switch_hour(&caller.pubkey())],
    )
}

#[test]
fn switch_hour_is_the_next_day_and_never_moves() {
    let (world, ide, _) = world_with_callers();
    rate_all(&world);
    let record = set_hour(&world, &ide).expect("the engine switches");
    let day = world.now().div_euclid(86_400) as u64;
    assert_eq!(config(&world).ide_from_hour, 24 * (day + 1));
    let event: SwitchScheduled = world.event(registry::ID, &record);
    assert_eq!(
        (event.ide_from_hour.old, event.ide_from_hour.new),
        (u64::MAX, 24 * (day + 1))
    );
    assert_eq!(
        (event.actor, event.seq),
        (ide.pubkey(), config(&world).event_seq)
    );
    world.warp(86_400);
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::SwitchAlreadySet,
        0,
    );
    assert_eq!(config(&world).ide_from_hour, 24 * (day + 1));
}

#[test]
fn switch_needs_the_engine_and_rates_of_every_live_class() {
    let (world, ide, booking) = world_with_callers();
    for key in [&booking, &world.governance] {
        expect_error(
            set_hour(&world, key),
            registry::ID,
            RegistryError::NotIdeProgram,
            0,
        );
    }
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::ClassRatesMissing,
        0,
    );
    rewrite::<Config>(&world, &addresses::config(), |config| {
        config.rated_live_classes = config.live_classes - 1
    });
    world.warp(1);
    expect_error(
        set_hour(&world, &ide),
        registry::ID,
        RegistryError::ClassRatesMissing,
        0,
    );
}

#[test]
fn after_the_switch_a_class_is_live_only_with_rates() {
    let (world, ide, _) = world_with_callers();
    rate_all(&world);
    set_hour(&world, &ide).expect("the engine switches");
    let terms = |multiplier_fp| ClassTerms {
        pool: Pool::Community,
        multiplier_fp,
        max_cpu_pct: 30,
        max_gpu_pct: 20,
        floor_price_usd_micros: 77,
    };
    let mut name = [0; 32];
    name[..3].copy_from_slice(b"New");
    let create = |multiplier_fp| ActionKind::CreateClass {
        id: 901,
        name,
        terms: terms(multiplier_fp),
    };
    let live = try_enact(&world, &create(10_000));
    expect_error(live, registry::ID, RegistryError::ClassRatesMissing, 0);
    enact(&world, &create(0));
    let set = |multiplier_fp| ActionKind::SetClass {
        id: 901,
        terms: terms(multiplier_fp),
    };
    let live = try_enact(&world, &set(10_000));
    expect_error(live, registry::ID, RegistryError::ClassRatesMissing, 0);
    let payload = rates(901);
    let id = ready(&world, &payload);
    consume(&world, &ide, id, &payload).expect("the first rates");
    let before = config(&world);
    enact(&world, &set(10_000));
    let after = config(&world);
    assert_eq!(after.live_classes, before.live_classes + 1);
    assert_eq!(after.rated_live_classes, before.rated_live_classes + 1);
    enact(&world, &set(0));
    assert_eq!(config(&world).live_classes, before.live_classes);
    assert_eq!(config(&world).rated_live_classes, before.rated_live_classes);
}
