//! A day of a network in which a bit of everything happens, on the real programs.

use std::{cell::RefCell, rc::Rc, sync::OnceLock};

use booking::constants::FLAG_FAILOVER;
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{booking as ix, registry as reg, staking::StakedDevice},
    send::Chain,
};
use ion_economics::{
    booking::Currency,
    units::{DAY, IO_ONE},
};
use ion_program_tests::{
    World,
    booking_stage::{CLASS, Stage},
    observe::{Observer, observed},
    rewards_stage::Network,
    staking_stage,
};
use registry::state::{ActionKind, Config, TneCounter};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    archive::Archive,
    recorded::{Accounts, Day},
};

struct Recorder(RefCell<Vec<TransactionRecord>>);

impl Observer for Recorder {
    fn before(&self, _: &World, _: &Keypair, _: &[&Keypair], _: &[Instruction]) {}

    fn after(&self, record: &TransactionRecord) {
        self.0.borrow_mut().push(record.clone());
    }
}

/// The day, played once per process.
pub fn day() -> &'static Day {
    static DAY: OnceLock<Day> = OnceLock::new();
    DAY.get_or_init(|| {
        let recorder = Rc::new(Recorder(RefCell::default()));
        let mut archive = Archive::default();
        let world = observed(recorder.clone(), || play(&mut archive));
        let records = recorder.0.borrow().clone();
        let mut keys: Vec<Pubkey> = records
            .iter()
            .flat_map(|record| &record.instructions)
            .flat_map(|top| std::iter::once(&top.instruction).chain(&top.inner))
            .flat_map(|call| call.accounts.iter().copied())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let found = world.chain.accounts(&keys).expect("the machine answers");
        let accounts: Accounts = keys
            .into_iter()
            .zip(found)
            .filter_map(|(key, account)| Some((key, account?)))
            .collect();
        Day::new(records, accounts, archive)
    })
}

fn play(archive: &mut Archive) -> World {
    let stage = Stage::with_devices(3);
    let stage = hours(stage, archive);
    let stage = bookings(stage);
    let stage = takeover(stage);
    let stage = engine(stage, archive);
    offers_and_exits(stage)
}

/// Blocks, two roots, a claim.
fn hours(stage: Stage, archive: &mut Archive) -> Stage {
    let (network, back) = split(stage);
    let (_, of) = network.supplier();
    let first = archive.complete_next(&network, &of.device);
    let (root, _) = archive.accept_rewards(&network, 1, None, &[first]);
    network.world.warp(DAY);
    let second = archive.complete_next(&network, &of.device);
    network.release_next();
    let (_, earnings) = archive.accept_rewards(&network, 2, Some(&root), &[second]);
    network.prove(2, &earnings, &of).expect("proves");
    network.world.warp(8 * DAY);
    network.claim(&of).expect("claims");
    back(network.world)
}

/// The engine, see [`crate::engine`].
fn engine(stage: Stage, archive: &mut Archive) -> Stage {
    let device = stage.devices[1];
    let (network, back) = split(stage);
    back(crate::engine::play(network.world, &device, archive))
}

fn split(stage: Stage) -> (Network, impl FnOnce(World) -> Stage) {
    let Stage {
        world,
        owner,
        payout,
        devices,
        renter,
        payer,
        currency,
        id: _,
    } = stage;
    let back = move |world: World| {
        let mut stage = Stage {
            world,
            owner,
            payout,
            devices,
            renter,
            payer,
            currency,
            id: [0; 16],
        };
        stage.id = stage.fresh_id(1);
        stage
    };
    (Network { world }, back)
}

/// A booking in each currency, one of several lines: extended, disputed, priced late, refunded, with
/// a fault, a cancellation and an expiry, days folded, a correction.
fn bookings(mut stage: Stage) -> Stage {
    let by = stage.world.authority.pubkey();
    let first = stage.today();
    let all = stage.devices.clone();
    stage.devices.truncate(1);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.extend(7, 1_440);
    stage.world.warp(3 * DAY);
    stage.crank(stage.end_ix()).unwrap();
    stage.record(0, false, &[1_400]).unwrap();
    stage
        .crank(stage.apply_ix(stage.leaf(1, false, &[2_800])))
        .unwrap();
    stage.record(2, true, &[4_000]).unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    stage.crank(stage.refund_ix()).unwrap();
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..3 {
        stage.crank(stage.earn_ix(seq, 0)).unwrap();
    }
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .crank(ix::price_record(&by, &stage.key(), 1, &price))
        .unwrap();
    let shards: Vec<u8> = (0..16).collect();
    stage.crank(ix::open_tne_day(&by, first)).unwrap();
    for part in [&shards[..9], &shards[9..]] {
        stage.crank(ix::fold_tne_day(&by, first, part)).unwrap();
    }

    // in IO, ended early by the renter
    stage.world.give(&stage.payer.pubkey(), 10_000 * IO_ONE, 0);
    stage.currency = Currency::Io;
    stage.id = stage.fresh_id(30);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.world.warp(3_600);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(0, true, &[55]).unwrap();
    stage.crank(stage.refund_ix()).unwrap();

    // paid and given up before it is locked
    stage.currency = Currency::Usdc;
    stage.id = stage.fresh_id(31);
    stage.create_quote();
    stage.book();
    stage.pay_all();

    let config: Config = stage.world.get(&addresses::registry::config());
    let governance = stage.world.governance.pubkey();
    let payload = ActionKind::AdjustTne {
        counter: TneCounter::Settled,
        amount_io: -9,
        reason_hash: [3; 32],
    };
    let queue = reg::queue_action(&governance, &governance, config.next_action_id, payload);
    stage.send(&stage.world.governance, queue).unwrap();
    stage.devices = all;
    stage
}

/// A booking one of whose lines fails and is taken over by another device.
fn takeover(mut stage: Stage) -> Stage {
    let all = stage.devices.clone();
    stage.id = stage.fresh_id(32);
    let (mut stage, spares) = stage.run_with(2, FLAG_FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).expect("the line has failed");
    let replace = stage.failover_ix(0, &spares[0]);
    stage
        .send(&stage.world.scheduler, replace)
        .expect("another device takes over");
    stage.world.warp(3 * DAY);
    stage.crank(stage.end_hired_ix()).expect("ends");
    stage.devices = all;
    stage
}

/// An offer taken, one taken back, exits of both parties, and a payout.
fn offers_and_exits(stage: Stage) -> World {
    let Stage {
        world,
        owner,
        devices,
        ..
    } = stage;
    let purse = 1_000 * IO_ONE;
    let (co, other) = (world.wallet(purse, 0), world.wallet(purse, 0));
    let stage = staking_stage::Stage {
        device: StakedDevice {
            device: devices[2],
            class: CLASS,
        },
        world,
        owner,
        co,
        other,
    };
    let stage = cases(stage, devices[0]);
    for wallet in [&stage.co, &stage.other] {
        let open =
            ion_client::instructions::staking::open_costaker(&wallet.pubkey(), &wallet.pubkey());
        stage.send(wallet, open).expect("opens a co-staker");
    }
    let amount = 50 * IO_ONE;
    stage.offer(amount, 2_500).expect("offers");
    stage.retract(1).expect("takes it back");
    stage.offer(amount, 4_000).expect("offers again");
    stage.accept(&stage.co, 2, amount, 4_000).expect("accepts");
    let another = StakedDevice {
        device: devices[1],
        class: CLASS,
    };
    let open = ion_client::instructions::staking::create_offer(
        &stage.owner.pubkey(),
        &another,
        1,
        amount,
        1_000,
    );
    stage
        .send(&stage.owner, open)
        .expect("offers another device");
    stage.world.warp(3_600);
    stage.co_unstake(&stage.co, 2).expect("leaves");
    stage.refresh().expect("refreshes");
    stage.world.warp(20 * DAY);
    stage.advance(2).expect("its wait is over");
    stage.begin_unstake().expect("the owner leaves");
    stage.world.warp(40 * DAY);
    stage.pay_out(&stage.co.pubkey(), 2).expect("is paid");
    stage.withdraw().expect("the owner is paid");
    stage.world
}

/// A case that is appealed and upheld in part, and one that nobody contests.
fn cases(stage: staking_stage::Stage, device: Pubkey) -> staking_stage::Stage {
    let other = stage.device;
    let accused = staking_stage::Stage {
        device: StakedDevice {
            device,
            class: CLASS,
        },
        ..stage
    };
    let charge = accused.outage(accused.world.now() - 60);
    accused.propose(&charge).expect("proposes");
    accused.appeal(&accused.owner, &charge).expect("appeals");
    accused.rule(&charge, 5_000).expect("rules");
    accused.finalize(&charge).expect("burns");
    accused.restore_all(&charge);
    let charge = accused.outage(accused.world.now() - 30);
    accused.propose(&charge).expect("proposes");
    accused.world.warp(31 * DAY);
    accused.finalize(&charge).expect("burns");
    staking_stage::Stage {
        device: other,
        ..accused
    }
}

/// Where the measurement of a backfill wants the day.
const RECORD: &str = "ION_INDEXER_RECORD_DAY";

#[test]
fn day_is_recorded_for_the_bench() {
    let folder = tempfile::tempdir().unwrap();
    let path = std::env::var_os(RECORD)
        .map_or_else(|| folder.path().join("day"), std::path::PathBuf::from);
    day().save(&path);
    let loaded = Day::load(&path);
    assert_eq!(loaded.records, day().records);
}
