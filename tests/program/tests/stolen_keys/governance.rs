//! The governance key: everything waits for the timelock, keeps the hard bounds and the steps, and
//! can be withdrawn by the guardian.

use ion_client::{addresses::registry as addresses, instructions::registry as ix};
use ion_economics::{
    exemption,
    params::{
        self, Param, Program as Consumer,
        booking::USDC_FEE_BPS,
        registry::{GOVERNANCE_TIMELOCK, MODE_TIMELOCK},
    },
    units::{DAY, HOUR},
};
use ion_program_tests::{World, expect_error, flows::H100};
use registry::{
    GrantExemptionArgs,
    error::RegistryError,
    state::{Action, ActionKind, ClassTerms, Config, Params, Pool, RoleKind, Roles, VerifierKeys},
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn set(param: &Param, value: i64) -> ActionKind {
    ActionKind::SetParam {
        program: param.program.to_u8(),
        slot: param.slot,
        value,
    }
}

/// One decision of every kind that a thief could want.
fn worst(world: &World, thief: Pubkey) -> Vec<ActionKind> {
    let device = world.register(H100, 1, 1, 0).key;
    let terms = ClassTerms {
        pool: Pool::Community,
        multiplier_fp: 1_000_000,
        max_cpu_pct: 100,
        max_gpu_pct: 100,
        floor_price_usd_micros: 1,
    };
    vec![
        set(&USDC_FEE_BPS, USDC_FEE_BPS.default + 100),
        ActionKind::SetClass {
            id: world.class_id(H100),
            terms,
        },
        ActionKind::SetRole {
            role: RoleKind::Slasher,
            key: thief,
        },
        ActionKind::SetVerifierSet {
            set: VerifierKeys {
                keys: (0..3).map(|_| Pubkey::new_unique()).collect(),
                threshold: 2,
            },
        },
        ActionKind::TerminateDevice { device },
    ]
}

#[test]
fn nothing_happens_before_the_timelock_and_the_guardian_withdraws_all() {
    let world = World::new();
    let thief = stranger(&world);
    let payloads = worst(&world, thief.pubkey());
    let ids: Vec<u64> = payloads
        .iter()
        .map(|payload| queue(&world, payload))
        .collect();
    let timelock = world.plan.governance_timelock_seconds;
    assert!(timelock >= GOVERNANCE_TIMELOCK.min && GOVERNANCE_TIMELOCK.min == DAY);
    world.warp(timelock - 1);
    for (id, payload) in ids.iter().zip(&payloads) {
        expect_error(
            execute(&world, *id, payload),
            registry::ID,
            RegistryError::TimelockNotOver,
            0,
        );
        let public: Action = world.get(&addresses::action(*id));
        assert_eq!(public.payload, *payload);
        cancel(&world, *id).expect("the guardian withdraws it");
    }
    world.warp(1);
    for (id, payload) in ids.iter().zip(&payloads) {
        expect_error(
            execute(&world, *id, payload),
            registry::ID,
            RegistryError::ActionAlreadyCancelled,
            0,
        );
    }
}

/// With a sleeping guardian a thief moves a fee to the edge of its bounds, a step an hour.
#[test]
fn a_sleeping_guardian_lets_parameters_walk_to_their_bounds_and_no_further() {
    let world = World::new();
    let mut values = Vec::new();
    let mut value = USDC_FEE_BPS.default;
    while value < USDC_FEE_BPS.max {
        value = USDC_FEE_BPS.reach(value).1.min(USDC_FEE_BPS.max);
        values.push(value);
    }
    assert_eq!(values.len(), 3);
    let ids: Vec<u64> = values
        .iter()
        .map(|value| queue(&world, &set(&USDC_FEE_BPS, *value)))
        .collect();
    world.warp(world.plan.governance_timelock_seconds);
    for (id, value) in ids.iter().zip(&values) {
        execute(&world, *id, &set(&USDC_FEE_BPS, *value)).expect("the timelock is over");
        world.warp(HOUR);
    }
    let account: Params = world.get(&addresses::params(&booking::ID));
    assert_eq!(account.value(&USDC_FEE_BPS, world.now()), USDC_FEE_BPS.max);
    for param in Consumer::ALL
        .into_iter()
        .flat_map(|program| program.params())
    {
        for value in [param.min.checked_sub(1), param.max.checked_add(1)]
            .into_iter()
            .flatten()
            .filter(|value| param.check(*value).is_err())
        {
            let key = world.governance.pubkey();
            let beyond = ix::queue_action(&key, &key, next_action(&world), set(param, value));
            expect_error(
                send(&world, &world.governance, beyond),
                registry::ID,
                RegistryError::ParamOutOfBounds,
                0,
            );
        }
    }
    assert_eq!(params::ide::BURN_BPS.min, 5_000);
    assert_eq!(params::staking::MAX_CO_PORTION_BPS.max, 5_000);
}

/// Neither the genesis nor the switch to the engine can be undone or repeated, and the switch waits
/// two weeks.
#[test]
fn genesis_stays_sealed_and_the_switch_waits_and_stays() {
    let world = World::new();
    let key = world.governance.pubkey();
    let seal = ix::queue_action(&key, &key, next_action(&world), ActionKind::SealGenesis);
    expect_error(
        send(&world, &world.governance, seal),
        registry::ID,
        RegistryError::GenesisSealed,
        0,
    );
    let id = queue(&world, &ActionKind::ScheduleSwitch);
    let action: Action = world.get(&addresses::action(id));
    assert_eq!(action.eta - action.queued_at, MODE_TIMELOCK.default);
    let config: Config = world.get(&addresses::config());
    assert_eq!(config.ide_from_hour, u64::MAX);
}

/// A thief cannot make one key slasher and arbiter, nor hold a role with a key that does not accept.
#[test]
fn roles_change_only_to_keys_that_accept_and_slasher_is_never_arbiter() {
    let world = World::new();
    let both = ActionKind::SetRole {
        role: RoleKind::Arbiter,
        key: world.slasher.pubkey(),
    };
    let id = queue(&world, &both);
    world.warp(world.plan.governance_timelock_seconds);
    expect_error(
        execute(&world, id, &both),
        registry::ID,
        RegistryError::SlasherIsArbiter,
        0,
    );
    let nobody = ActionKind::SetRole {
        role: RoleKind::Guardian,
        key: Pubkey::new_unique(),
    };
    let id = queue(&world, &nobody);
    world.warp(world.plan.governance_timelock_seconds);
    execute(&world, id, &nobody).expect("proposed");
    let roles: Roles = world.get(&addresses::roles());
    assert_eq!(roles.guardian.current, world.guardian.pubkey());
}

/// An exemption of governance starts a day later, and the guardian cancels it before.
#[test]
fn exemptions_of_governance_are_seen_a_day_before_they_count() {
    let world = World::new();
    let device = world.register(H100, 8, 1, 0);
    let key = world.governance.pubkey();
    let args = GrantExemptionArgs {
        flags: exemption::BLOCK,
        window_seconds: 30 * DAY,
        reason_hash: [1; 32],
    };
    let grant = ix::grant_exemption(&key, &key, &device.key, args);
    send(&world, &world.governance, grant).expect("granted");
    world.warp(DAY - 1);
    let account: registry::state::Exemption = world.get(&addresses::exemption(&device.key));
    assert!(world.now() < account.starts_at);
    let guardian = &world.guardian;
    let cancel = ix::cancel_exemption(&guardian.pubkey(), &device.key);
    send(&world, guardian, cancel).expect("the guardian cancels");
}
