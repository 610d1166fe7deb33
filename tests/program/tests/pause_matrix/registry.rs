//! Rows of the registry.

use ::registry::{
    GrantExemptionArgs, RegisterDeviceArgs, UpdateDeviceArgs,
    error::RegistryError,
    state::{ActionKind, ClassTerms, Config, Device, PauseBit, Pool, RoleKind, TneCounter},
};
use ion_client::{
    addresses::registry as addresses,
    instructions::registry::{self as ix, consumer_program},
};
use ion_economics::params::{
    Program as Consumer,
    registry::{GOVERNANCE_TIMELOCK, POLL_KEEP},
};
use ion_merkle::report::ReportKind;
use ion_program_tests::{
    World,
    flows::{H100, TestDevice},
    staking_stage::edit,
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::matrix::{COMBINATIONS, Matrix, assert_listed, holds, set_pauses};

/// Instructions that this file runs.
pub const ROWS: &[&str] = &[
    "registry.accept_role",
    "registry.apply_device_leaf",
    "registry.block_device",
    "registry.cancel_action",
    "registry.cancel_exemption",
    "registry.close_action",
    "registry.close_exemption",
    "registry.close_poll",
    "registry.consume_action",
    "registry.create_class",
    "registry.execute_action",
    "registry.grant_exemption",
    "registry.lock_devices",
    "registry.open_poll",
    "registry.pause",
    "registry.pause_device",
    "registry.queue_action",
    "registry.register_device",
    "registry.resume_device",
    "registry.retract_role",
    "registry.set_switch_hour",
    "registry.terminate_device",
    "registry.unblock_device",
    "registry.unlock_devices",
    "registry.unpause",
    "registry.update_device",
    "registry.vote_report",
];

#[test]
fn registry_stops_new_devices_with_their_bit_and_nothing_else() {
    let matrix = Matrix::default();
    devices(&matrix);
    polls(&matrix);
    governance(&matrix);
    exemptions(&matrix);
    calls(&matrix);
    pauses(&matrix);
    assert_listed(&matrix, ROWS);
}

fn next_action(world: &World) -> u64 {
    world.get::<Config>(&addresses::config()).next_action_id
}

fn queue(world: &World, payload: &ActionKind) -> u64 {
    let id = next_action(world);
    let governance = world.governance.pubkey();
    let queue = ix::queue_action(&governance, &governance, id, payload.clone());
    world
        .send(&world.governance, &[], &[queue])
        .expect("governance queues");
    id
}

fn some_change() -> ActionKind {
    ActionKind::SetParam {
        program: Consumer::Registry.to_u8(),
        slot: POLL_KEEP.slot,
        value: POLL_KEEP.max,
    }
}

fn wallet(world: &World) -> Keypair {
    let key = Keypair::new();
    world.fund(&key.pubkey());
    key
}

fn with_status(world: &World, device: &TestDevice, status: u8) {
    edit::<Device>(world, &device.key, |account| account.status = status);
}

fn devices(matrix: &Matrix) {
    let world = World::new();
    let owner = wallet(&world);
    let key = Keypair::new();
    let args = RegisterDeviceArgs {
        qty: 8,
        payout_wallet: owner.pubkey(),
        ask_usd_micros: 1,
        open_until: 0,
    };
    let register = ix::register_device(
        &owner.pubkey(),
        &owner.pubkey(),
        &key.pubkey(),
        world.class_id(H100),
        args,
    );
    matrix.stops_with(
        PauseBit::Register,
        RegistryError::RegistrationPaused,
        &world,
        &[&owner, &key],
        register,
    );

    let device = world.register(H100, 8, 1, 0);
    let owner = device.owner.pubkey();
    let args = UpdateDeviceArgs {
        payout_wallet: Some(Pubkey::new_unique()),
        ask_usd_micros: Some(5),
        open_until: Some(world.now()),
    };
    let update = ix::update_device(&owner, &device.key, None, args);
    matrix.never_stops(&world, &[&device.owner], update);
    let args = world
        .report_devices(&[World::up_leaf(&device.key)])
        .remove(0);
    let apply = ix::apply_device_leaf(&owner, &device.key, args);
    matrix.never_stops(&world, &[&device.owner], apply);
    let terminate = ix::terminate_device(&owner, &device.key);
    matrix.never_stops(&world, &[&device.owner], terminate);
    with_status(&world, &device, 1);
    let pause = ix::pause_device(&owner, &device.key);
    matrix.never_stops(&world, &[&device.owner], pause);
    with_status(&world, &device, 6);
    let resume = ix::resume_device(&owner, &device.key);
    matrix.never_stops(&world, &[&device.owner], resume);
}

fn polls(matrix: &Matrix) {
    let world = World::new();
    let by = &world.authority;
    let (kind, subject) = (ReportKind::WorkReport, Pubkey::new_unique());
    let open = ix::open_poll(&by.pubkey(), kind, &subject, 1);
    matrix.never_stops(&world, &[by], open.clone());
    world.send(by, &[], &[open]).expect("opens");
    let poll = addresses::poll(kind, &subject, 1);
    let verifier = &world.verifiers[0];
    let vote = ix::vote_report(&verifier.pubkey(), &poll, [1; 32]);
    matrix.never_stops(&world, &[verifier], vote);
    world.warp(POLL_KEEP.default + 1);
    let close = ix::close_poll(&by.pubkey(), &poll, &by.pubkey());
    matrix.never_stops(&world, &[by], close);
}

fn governance(matrix: &Matrix) {
    let world = World::new();
    let (governance, by) = (&world.governance, &world.authority);
    let key = governance.pubkey();
    let queued = ix::queue_action(&key, &key, next_action(&world), some_change());
    matrix.never_stops(&world, &[governance], queued);
    let change = queue(&world, &some_change());
    for canceller in [governance, &world.guardian] {
        let cancel = ix::cancel_action(&canceller.pubkey(), change);
        matrix.never_stops(&world, &[canceller], cancel);
    }
    let heir = wallet(&world);
    let role = ActionKind::SetRole {
        role: RoleKind::Guardian,
        key: heir.pubkey(),
    };
    let proposal = queue(&world, &role);
    let mut name = [0; 32];
    name[..3].copy_from_slice(b"New");
    let class = ActionKind::CreateClass {
        id: 900,
        name,
        terms: ClassTerms {
            pool: Pool::Community,
            multiplier_fp: 10_000,
            max_cpu_pct: 30,
            max_gpu_pct: 20,
            floor_price_usd_micros: 1,
        },
    };
    let creation = queue(&world, &class);
    world.warp(GOVERNANCE_TIMELOCK.default);
    let execute = ix::execute_action(&by.pubkey(), change, &some_change());
    matrix.never_stops(&world, &[by], execute.clone());
    let create = ix::execute_action(&by.pubkey(), creation, &class);
    matrix.never_stops(&world, &[by], create);
    world.send(by, &[], &[execute]).expect("executes");
    let close = ix::close_action(&by.pubkey(), change, &key);
    matrix.never_stops(&world, &[by], close);
    let propose = ix::execute_action(&by.pubkey(), proposal, &role);
    world.send(by, &[], &[propose]).expect("executes");
    let accept = ix::accept_role(&heir.pubkey(), RoleKind::Guardian);
    matrix.never_stops(&world, &[&heir], accept);
    let retract = ix::retract_role(&key, RoleKind::Guardian);
    matrix.never_stops(&world, &[governance], retract);
}

fn exemptions(matrix: &Matrix) {
    let world = World::new();
    let (governance, by) = (&world.governance, &world.authority);
    let key = governance.pubkey();
    let device = world.register(H100, 8, 1, 0);
    let args = GrantExemptionArgs {
        flags: 1,
        window_seconds: 60,
        reason_hash: [1; 32],
    };
    let grant = ix::grant_exemption(&key, &key, &device.key, args);
    matrix.never_stops(&world, &[governance], grant.clone());
    world.send(governance, &[], &[grant]).expect("grants");
    for canceller in [governance, &world.guardian] {
        let cancel = ix::cancel_exemption(&canceller.pubkey(), &device.key);
        matrix.never_stops(&world, &[canceller], cancel);
    }
    world.warp(7 * 86_400);
    let close = ix::close_exemption(&by.pubkey(), &device.key, &key);
    matrix.never_stops(&world, &[by], close);
}

/// Instructions that other programs send, with caller addresses whose keys the test holds.
fn calls(matrix: &Matrix) {
    let world = World::new();
    let caller = wallet(&world);
    let key = caller.pubkey();
    edit::<Config>(&world, &addresses::config(), |config| {
        config.staking_caller = key;
        config.ide_caller = key;
        config.booking_caller = key;
        config.rated_live_classes = config.live_classes;
    });
    let device = world.register(H100, 8, 1, 0);
    with_status(&world, &device, 1);
    let booking = Pubkey::new_unique();
    let lock = ix::lock_devices(&key, &booking, &[device.key]);
    matrix.never_stops(&world, &[&caller], lock.clone());
    world.send(&caller, &[], &[lock]).expect("locks");
    let unlock = ix::unlock_devices(&key, &booking, &[device.key]);
    matrix.never_stops(&world, &[&caller], unlock);
    let block = ix::block_device(&key, &device.key, &booking);
    matrix.never_stops(&world, &[&caller], block.clone());
    world.send(&caller, &[], &[block]).expect("blocks");
    let unblock = ix::unblock_device(&key, &device.key, &booking, true);
    matrix.never_stops(&world, &[&caller], unblock);
    matrix.never_stops(&world, &[&caller], ix::set_switch_hour(&key));
    let payload = ActionKind::AdjustTne {
        counter: TneCounter::Estimated,
        amount_io: 1,
        reason_hash: [1; 32],
    };
    let id = queue(&world, &payload);
    world.warp(GOVERNANCE_TIMELOCK.default);
    let consume = ix::consume_action(&key, id, payload);
    matrix.never_stops(&world, &[&caller], consume);
    assert_eq!(consumer_program(Consumer::Registry), ::registry::ID);
}

/// A bit is set and cleared whatever the others are.
fn pauses(matrix: &Matrix) {
    let world = World::new();
    let guardian = &world.guardian;
    for bit in [
        PauseBit::Register,
        PauseBit::StakeIn,
        PauseBit::Offers,
        PauseBit::Booking,
        PauseBit::SlashPropose,
        PauseBit::Auction,
    ] {
        matrix.never_stops(&world, &[guardian], ix::pause(&guardian.pubkey(), bit));
        // set first, so that there is something to clear under every combination
        let clear = vec![
            ix::pause(&guardian.pubkey(), bit),
            ix::unpause(&guardian.pubkey(), bit),
        ];
        matrix.never_stops(&world, &[guardian], clear);
    }
    for mask in 1..COMBINATIONS {
        set_pauses(&world, mask);
        let config: Config = world.get(&addresses::config());
        for bit in [PauseBit::Register, PauseBit::Auction] {
            assert_eq!(config.is_paused(bit, world.now()), holds(mask, bit));
        }
    }
}
