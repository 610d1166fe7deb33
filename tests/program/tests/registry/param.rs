//! Every parameter at each bound, beyond it and at its step; nothing that runs is rewritten.

use ion_client::addresses::registry as addresses;
use ion_economics::{
    params::{self, Effect, Param, Program as Consumer, Step, Zero, staking::BASE_STAKE},
    units::{DAY, HOUR},
};
use ion_program_tests::{World, expect_error};
use registry::{
    error::RegistryError,
    events::ParamChanged,
    state::{Action, ActionKind, Params, PendingParam},
};
use solana_pubkey::Pubkey;

use crate::stage::*;

fn account(program: Consumer) -> Pubkey {
    addresses::params(&ion_client::instructions::registry::consumer_program(
        program,
    ))
}

fn set(param: &Param, value: i64) -> ActionKind {
    ActionKind::SetParam {
        program: param.program.to_u8(),
        slot: param.slot,
        value,
    }
}

fn all() -> impl Iterator<Item = &'static Param> {
    Consumer::ALL
        .into_iter()
        .flat_map(|program| program.params())
}

/// Writes a value in force and forgets what is announced of it.
fn force(world: &World, param: &Param, value: i64) {
    rewrite::<Params>(world, &account(param.program), |params| {
        params.values[usize::from(param.slot)] = value;
        for pending in &mut params.pending {
            if pending.slot == param.slot {
                *pending = PendingParam {
                    slot: 0,
                    value: 0,
                    effective_at: 0,
                };
            }
        }
    });
}

/// Sets the partner of an ordered pair to the side on which it does not bind.
fn free_partners(world: &World, param: &Param) {
    for (low, high) in params::ORDERED {
        if low == *param {
            force(world, &high, high.max);
        } else if high == *param {
            force(world, &low, low.min);
        }
    }
}

/// Makes the queued action `id` carry another payload, as if it had been queued so.
fn reuse(world: &World, id: u64, payload: &ActionKind) {
    rewrite::<Action>(world, &addresses::action(id), |action| {
        action.status = 0;
        action.hash = payload.hash().expect("it encodes");
        action.payload = payload.clone();
    });
}

#[test]
fn every_parameter_is_refused_beyond_each_bound_at_the_queue() {
    let world = World::new();
    for param in all() {
        for value in [param.min.checked_sub(1), param.max.checked_add(1)]
            .into_iter()
            .flatten()
            .filter(|value| !(*value == 0 && param.zero == Zero::Off))
        {
            expect_error(
                try_queue(&world, &set(param, value)),
                registry::ID,
                RegistryError::ParamOutOfBounds,
                0,
            );
        }
    }
}

#[test]
fn every_parameter_takes_each_bound_in_steps_and_comes_back() {
    let world = World::new();
    let id = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default));
    rewrite::<Action>(&world, &addresses::action(id), |action| {
        action.eta = 0;
        action.expires_at = i64::MAX;
    });
    for param in all() {
        free_partners(&world, param);
        let key = account(param.program);
        for target in [param.min, param.max, param.default] {
            if param.check(target).is_err() {
                continue; // "not yet set" is no value to come back to
            }
            loop {
                let value = world.get::<Params>(&key).value(param, world.now());
                if value == target {
                    break;
                }
                let next = if param.check(value).is_err() {
                    target
                } else {
                    let (low, high) = param.reach(value);
                    target.clamp(low, high)
                };
                reuse(&world, id, &set(param, next));
                let record = execute(&world, id, &set(param, next))
                    .unwrap_or_else(|error| panic!("{} to {next}: {error}", param.name));
                let event: ParamChanged = world.event(registry::ID, &record);
                assert_eq!(
                    (event.consumer, event.slot, event.value.old, event.value.new),
                    (param.program.to_u8(), param.slot, value, next)
                );
                let before = event.effective_at - 1;
                let params = world.get::<Params>(&key);
                assert_eq!(params.value(param, before), value, "{}", param.name);
                assert_eq!(params.value(param, event.effective_at), next);
                let harsher = matches!(param.effect, Effect::AfterGrace(_));
                let expected = match param.effect {
                    Effect::NextEpoch => (world.now().div_euclid(DAY) + 1) * DAY,
                    _ => (world.now().div_euclid(HOUR) + 1) * HOUR,
                };
                assert!(harsher || event.effective_at == expected, "{}", param.name);
                world.set_time(event.effective_at);
            }
        }
    }
}

#[test]
fn every_step_is_refused_one_unit_beyond() {
    let world = World::new();
    let id = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default));
    rewrite::<Action>(&world, &addresses::action(id), |action| {
        action.eta = 0;
        action.expires_at = i64::MAX;
    });
    let mut limited = 0;
    for param in all().filter(|param| param.step != Step::Free) {
        free_partners(&world, param);
        for old in [param.min, param.default, param.max] {
            let (low, high) = param.reach(old);
            for beyond in [low - 1, high + 1] {
                if param.check(beyond).is_err() {
                    continue;
                }
                force(&world, param, old);
                reuse(&world, id, &set(param, beyond));
                expect_error(
                    execute(&world, id, &set(param, beyond)),
                    registry::ID,
                    RegistryError::ParamStepTooLarge,
                    0,
                );
                limited += 1;
            }
        }
    }
    assert!(limited > 30, "{limited} steps were tried");
}

#[test]
fn a_bad_value_is_replaced_by_any_lawful_one() {
    let world = World::new();
    let id = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default));
    rewrite::<Action>(&world, &addresses::action(id), |action| {
        action.eta = 0;
        action.expires_at = i64::MAX;
    });
    for param in all() {
        for (bad, lawful) in [
            (i64::MIN, param.max),
            (param.min.saturating_sub(1), param.max),
            (i64::MAX, param.min),
        ] {
            if param.check(bad).is_ok() {
                continue;
            }
            free_partners(&world, param);
            force(&world, param, bad);
            reuse(&world, id, &set(param, lawful));
            execute(&world, id, &set(param, lawful))
                .unwrap_or_else(|error| panic!("{} from {bad}: {error}", param.name));
            let params = world.get::<Params>(&account(param.program));
            assert_eq!(params.value(param, i64::MAX), lawful, "{}", param.name);
            force(&world, param, param.default);
        }
    }
}

#[test]
fn ordered_pairs_cannot_be_crossed() {
    let world = World::new();
    let id = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default));
    rewrite::<Action>(&world, &addresses::action(id), |action| {
        action.eta = 0;
        action.expires_at = i64::MAX;
    });
    for (low, high) in params::ORDERED {
        let middle = low.max.min(high.max - 1).max(high.min);
        force(&world, &low, middle);
        force(&world, &high, middle);
        for (param, value) in [(&low, middle + 1), (&high, middle - 1)] {
            if param.check(value).is_err() {
                continue;
            }
            reuse(&world, id, &set(param, value));
            expect_error(
                execute(&world, id, &set(param, value)),
                registry::ID,
                RegistryError::ParamsOutOfOrder,
                0,
            );
        }
    }
}

#[test]
fn unknown_program_or_slot_is_refused() {
    let world = World::new();
    for (program, slot) in [(5, 0), (0, 36), (255, 255), (2, 35)] {
        let payload = ActionKind::SetParam {
            program,
            slot,
            value: 1,
        };
        expect_error(
            try_queue(&world, &payload),
            registry::ID,
            RegistryError::UnknownParam,
            0,
        );
    }
}

#[test]
fn announced_changes_of_one_program_are_three_at_a_time() {
    use ion_economics::params::booking::{FAILOVER_GRACE, LOCK_TIMEOUT, QUOTE_TTL, START_TIMEOUT};
    let world = World::new();
    let changes = [LOCK_TIMEOUT, QUOTE_TTL, FAILOVER_GRACE, START_TIMEOUT]
        .map(|param| set(&param, param.max));
    let ids: Vec<u64> = changes
        .iter()
        .map(|payload| queue(&world, payload))
        .collect();
    world.warp(world.plan.governance_timelock_seconds);
    for (id, payload) in ids.iter().zip(&changes).take(3) {
        execute(&world, *id, payload).expect("three have room");
    }
    expect_error(
        execute(&world, ids[3], &changes[3]),
        registry::ID,
        RegistryError::PendingParamsFull,
        0,
    );
    world.warp(HOUR);
    execute(&world, ids[3], &changes[3]).expect("the three are in force");
    world.warp(HOUR);
    let params: Params = world.get(&account(Consumer::Booking));
    for param in [LOCK_TIMEOUT, QUOTE_TTL, FAILOVER_GRACE, START_TIMEOUT] {
        assert_eq!(params.value(&param, world.now()), param.max);
    }
}

/// A queued action keeps its eta and expiry, and a pause its end, when the parameters that made them
/// change.
#[test]
fn running_clocks_keep_their_times() {
    use ion_economics::params::registry::{ACTION_GRACE, GOVERNANCE_TIMELOCK, PAUSE_MAX};
    let world = World::new();
    let longer = [
        set(&GOVERNANCE_TIMELOCK, GOVERNANCE_TIMELOCK.max),
        set(&ACTION_GRACE, ACTION_GRACE.min),
        set(&PAUSE_MAX, PAUSE_MAX.min),
    ];
    let ids: Vec<u64> = longer
        .iter()
        .map(|payload| queue(&world, payload))
        .collect();
    world.warp(world.plan.governance_timelock_seconds - 1);
    let other = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default * 2));
    let stamped: Action = world.get(&addresses::action(other));
    let guardian = &world.guardian;
    let pause = ion_client::instructions::registry::pause(
        &solana_signer::Signer::pubkey(guardian),
        registry::state::PauseBit::Auction,
    );
    world
        .send(guardian, &[], &[pause])
        .expect("the guardian pauses");
    let paused = world
        .get::<registry::state::Config>(&addresses::config())
        .pauses;
    world.warp(1);
    for (id, payload) in ids.iter().zip(&longer) {
        execute(&world, *id, payload).expect("the timelock is over");
    }
    world.warp(HOUR);
    let after: Action = world.get(&addresses::action(other));
    assert_eq!(
        (after.eta, after.expires_at),
        (stamped.eta, stamped.expires_at)
    );
    let config = world.get::<registry::state::Config>(&addresses::config());
    assert_eq!(config.pauses, paused);
    world.set_time(stamped.eta);
    execute(&world, other, &after.payload).expect("at the eta it was given");
    let next = queue(&world, &set(&BASE_STAKE, BASE_STAKE.default));
    let action: Action = world.get(&addresses::action(next));
    assert_eq!(action.eta, world.now() + GOVERNANCE_TIMELOCK.max);
    assert_eq!(action.expires_at, action.eta + ACTION_GRACE.min);
}
