//! Genesis and the registry.

use ion_client::{addresses, instructions::registry as reg};
use ion_economics::{
    exemption,
    params::{Program as Consumer, registry::POLL_KEEP},
    units::DAY,
};
use ion_merkle::report::ReportKind;
use ion_migrations::genesis;
use ion_program_tests::{
    World,
    flows::{H100, TestDevice},
};
use registry::{
    GrantExemptionArgs, UpdateDeviceArgs,
    state::{ActionKind, ClassTerms, Config, PauseBit, Pool, RoleKind},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// Number of the class that the flow creates; free in the tables.
const NEW_CLASS: u16 = 500;

/// Genesis with each of its instructions in a transaction of its own. Governance is measured later,
/// at the timelock that holds from then on.
pub fn genesis_alone() -> Vec<Sample> {
    let world = World::before_genesis();
    let keys = world.genesis_keys();
    for step in genesis::steps(&world.plan).expect("the tables parse") {
        for instruction in step.instructions {
            let signs = |key: &Pubkey| {
                let mut metas = instruction.accounts.iter();
                metas.any(|meta| meta.is_signer && meta.pubkey == *key)
            };
            let signers: Vec<&Keypair> = keys.iter().filter(|key| signs(&key.pubkey())).collect();
            world
                .send(
                    &world.authority,
                    &signers,
                    std::slice::from_ref(&instruction),
                )
                .unwrap_or_else(|error| panic!("genesis step {}: {error}", step.name));
        }
    }
    let once = [
        "initialize",
        "initialize_engine",
        "init_params",
        "init_shard",
    ];
    let mut samples = samples(&world, 1, &Known::default());
    samples.retain(|sample| once.iter().any(|name| sample.instruction.ends_with(name)));
    samples
}

/// Sends one instruction that must succeed.
fn send(world: &World, signer: &Keypair, instruction: Instruction) {
    world
        .send(signer, &[], &[instruction])
        .expect("a step of the flow");
}

fn next_action(world: &World) -> u64 {
    world
        .get::<Config>(&addresses::registry::config())
        .next_action_id
}

fn queue(world: &World, payload: &ActionKind) -> u64 {
    let id = next_action(world);
    let governance = world.governance.pubkey();
    let queue = reg::queue_action(&governance, &governance, id, payload.clone());
    send(world, &world.governance, queue);
    id
}

fn enact(world: &World, payload: &ActionKind) -> u64 {
    let id = queue(world, payload);
    world.warp(world.plan.governance_timelock_seconds);
    let by = &world.authority;
    send(world, by, reg::execute_action(&by.pubkey(), id, payload));
    id
}

/// Governance, pauses, and devices from registration to their end.
pub fn registry_alone() -> Vec<Sample> {
    let world = World::new();
    let by = &world.authority;
    govern(&world);
    let devices: Vec<TestDevice> = (0..8)
        .map(|_| world.register(H100, 8, 2_500_000, 0))
        .collect();
    for device in &devices {
        exempt(&world, &device.key);
    }
    let hour = world.hour();
    world.bring_up(&devices.iter().collect::<Vec<_>>());
    let poll = addresses::registry::poll(ReportKind::DeviceReport, &registry::ID, hour);
    world.warp(POLL_KEEP.max + 1);
    send(
        &world,
        by,
        reg::close_poll(&by.pubkey(), &poll, &by.pubkey()),
    );
    for device in &devices {
        let owner = device.owner.pubkey();
        let key = Keypair::new();
        let args = UpdateDeviceArgs {
            payout_wallet: Some(by.pubkey()),
            ask_usd_micros: Some(3_000_000),
            open_until: Some(world.now() + DAY),
        };
        let update = reg::update_device(&owner, &device.key, Some(key.pubkey()), args);
        world
            .send(&device.owner, &[&key], &[update])
            .expect("the owner may");
        send(
            &world,
            &device.owner,
            reg::pause_device(&owner, &device.key),
        );
        send(
            &world,
            &device.owner,
            reg::resume_device(&owner, &device.key),
        );
        send(
            &world,
            &device.owner,
            reg::terminate_device(&owner, &device.key),
        );
    }
    samples(&world, 1, &Known::default())
}

/// An exemption from its grant to its rent.
fn exempt(world: &World, device: &Pubkey) {
    let governance = world.governance.pubkey();
    let args = GrantExemptionArgs {
        flags: exemption::BLOCK,
        window_seconds: DAY,
        reason_hash: [7; 32],
    };
    let grant = reg::grant_exemption(&governance, &governance, device, args);
    send(world, &world.governance, grant);
    let cancel = reg::cancel_exemption(&world.guardian.pubkey(), device);
    send(world, &world.guardian, cancel);
    let by = &world.authority;
    let close = reg::close_exemption(&by.pubkey(), device, &governance);
    send(world, by, close);
}

fn govern(world: &World) {
    let by = &world.authority;
    let change = ActionKind::SetParam {
        program: Consumer::Registry.to_u8(),
        slot: POLL_KEEP.slot,
        value: POLL_KEEP.max,
    };
    let governance = &world.governance;
    let id = queue(world, &change);
    send(
        world,
        governance,
        reg::cancel_action(&governance.pubkey(), id),
    );
    enact(world, &change);
    world.warp(world.plan.governance_timelock_seconds);
    let mut name = [0; 32];
    name[..10].copy_from_slice(b"Future GPU");
    let terms = ClassTerms {
        pool: Pool::Community,
        multiplier_fp: 12_345,
        max_cpu_pct: 30,
        max_gpu_pct: 20,
        floor_price_usd_micros: 77,
    };
    let class = ActionKind::CreateClass {
        id: NEW_CLASS,
        name,
        terms,
    };
    enact(world, &class);
    let heir = Keypair::new();
    world.fund(&heir.pubkey());
    let role = RoleKind::Scheduler;
    let key = heir.pubkey();
    let id = enact(world, &ActionKind::SetRole { role, key });
    send(
        world,
        by,
        reg::close_action(&by.pubkey(), id, &governance.pubkey()),
    );
    send(world, &heir, reg::accept_role(&heir.pubkey(), role));
    enact(world, &ActionKind::SetRole { role, key });
    send(
        world,
        governance,
        reg::retract_role(&governance.pubkey(), role),
    );
    let guardian = &world.guardian;
    send(
        world,
        guardian,
        reg::pause(&guardian.pubkey(), PauseBit::Booking),
    );
    send(
        world,
        governance,
        reg::unpause(&governance.pubkey(), PauseBit::Booking),
    );
}
