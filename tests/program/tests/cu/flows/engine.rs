//! Days of the engine, its auctions and its payouts.

use ide::{
    BurnHold, ProveLeafArgs,
    constants::MAX_PAYOUT_SIBLINGS,
    state::{ClassRates, LotKind},
};
use ion_claims::RING_ROOTS;
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::units::{DAY, HOUR, IO_ONE, USDC_ONE};
use ion_merkle::{
    Sha256Hasher,
    earnings::EarningsTree,
    epoch::{ClassRow, LAST_LINK},
};
use ion_program_tests::ide_stage::{IdeStage, edit};
use registry::state::{ActionKind, Config};
use solana_signer::Signer;

use super::rewards::deep_root;
use crate::{
    measure::{Sample, samples},
    tries::Known,
};

fn known(stage: &IdeStage) -> Known {
    Known {
        ids: Vec::new(),
        wallets: vec![stage.bank.pubkey()],
        mints: vec![stage.world.plan.io_mint, stage.world.plan.usdc_mint],
    }
}

/// Rates, the switch, and the days of the schedule before it.
pub fn switch() -> Vec<Sample> {
    let stage = IdeStage::before_switch();
    let id = stage.queue(ActionKind::ScheduleSwitch);
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.rated_live_classes = config.live_classes;
        config.ide_from_hour = u64::MAX;
    });
    stage.world.warp(14 * DAY + HOUR);
    stage.send(&[], ix::schedule_switch(id)).expect("schedules");
    samples(&stage.world, 1, &known(&stage))
}

/// A day with `rows` class rows and both currencies, so that its sealing makes two transfers more
/// and two burns.
pub fn day(rows: u16) -> Vec<Sample> {
    let stage = IdeStage::new();
    let by = stage.bank.pubkey();
    let first: ClassRates = stage.world.get(&addresses::ide::rates(stage.class));
    let mut shown = Vec::new();
    for place in 0..rows {
        let class = place + 1;
        let key = addresses::ide::rates(class);
        if !stage.world.exists(&key) {
            stage
                .send(&[], ix::open_class_rates(&by, class))
                .expect("opens");
            let mut account = stage.world.raw(&key);
            let mut rates: ClassRates = bytemuck::pod_read_unaligned(&account.data[8..]);
            rates.sets = first.sets;
            account.data[8..].copy_from_slice(bytemuck::bytes_of(&rates));
            stage.world.put(&key, account);
        }
        shown.push(ClassRow {
            class,
            ..stage.row(600 * USDC_ONE)
        });
    }
    let day = stage.first_day;
    stage.open(day);
    let (io, usdc) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    for mint in [io, usdc] {
        let source = anchor_spl::associated_token::get_associated_token_address(&by, &mint);
        stage
            .send(&[], ix::fund(&by, &source, &mint, &usdc, 5))
            .expect("funds");
    }
    stage.donate(addresses::ide::fee_io(), 9);
    stage
        .send(
            &[],
            ix::sweep_excess(&addresses::ide::fee_io(), &io, &usdc, [day]),
        )
        .expect("sweeps");
    stage.earn(300 * USDC_ONE, 0);
    stage
        .revenue(io, 1_000_000 * IO_ONE, 100 * USDC_ONE)
        .expect("counts");
    // more than the obligations: the rest is retired in part
    stage.allowance(day, 2_000_000 * IO_ONE);
    stage.end(day);
    let report = stage.report_of(day, 600 * USDC_ONE * u64::from(rows), &shown);
    stage.attest(&report);
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    stage
        .send(&[], ix::apply_epoch_rows(day, &shown, LAST_LINK))
        .expect("applies");
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .send(&[], stage.seal_with(day, Some(price)))
        .expect("seals");
    let epoch = stage.epoch(day);
    assert!(epoch.burned_io > 0 && epoch.retired_io > 0, "two burns");
    samples(&stage.world, u64::from(rows), &known(&stage))
}

/// A sealing that pays from all three ledgers and has arrears to add.
pub fn poor_day() -> Vec<Sample> {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.earn(300 * USDC_ONE, 0);
    stage
        .revenue(stage.world.plan.io_mint, 1_000 * IO_ONE, 0)
        .expect("counts");
    stage.allowance(day, 1_000 * IO_ONE);
    stage.end(day);
    stage.report(day, 60_000 * USDC_ONE);
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .send(&[], stage.seal_with(day, Some(price)))
        .expect("seals");
    samples(&stage.world, 1, &known(&stage))
}

/// Both kinds of lots, filled and ended.
pub fn auctions() -> Vec<Sample> {
    let stage = IdeStage::with_earmark(5_000 * USDC_ONE);
    stage.set_param(&ion_economics::params::ide::RESERVE_BUY_ENABLED, 1);
    let seller = stage.world.wallet(200_000 * IO_ONE, 0);
    for (seq, kind, io) in [
        (1, LotKind::Burn, 10_000 * IO_ONE),
        (2, LotKind::Burn, u64::MAX),
        (3, LotKind::Reserve, 10_000 * IO_ONE),
    ] {
        stage.open_auction(kind).expect("opens");
        stage.world.warp(1_800);
        stage.fill(&seller, io, 0).expect("fills");
        stage.world.warp(1_801);
        stage.send(&[], ix::end_auction(seq)).expect("ends");
    }
    samples(&stage.world, 1, &known(&stage))
}

/// A report that breaks a bound, dropped after its time.
pub fn voided_day() -> Vec<Sample> {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.end(day);
    let report = stage.report_of(day, 1, &[]);
    stage.attest(&report);
    stage.world.warp(7 * DAY + 1);
    stage
        .send(&[], ix::void_epoch_report(day, 0))
        .expect("voids");
    samples(&stage.world, 1, &known(&stage))
}

/// A root, its leaves, claims with both legs, holds.
pub fn payouts() -> Vec<Sample> {
    let stage = IdeStage::new();
    let payees = [stage.payee(), stage.payee(), stage.payee()];
    let day = stage.first_day;
    stage.full_day(day, 1_000_000_000_000, 6_000 * USDC_ONE, 7_500 * USDC_ONE);
    let payouts = stage.payouts(1, day, &payees.each_ref());
    stage.accept_root(&payouts).expect("accepts");
    for payee in &payees {
        stage.open_claim(payee).expect("opens");
        stage.prove(payee, &payouts).expect("proves");
    }
    let caller = stage.staking.pubkey();
    let records = payees
        .each_ref()
        .map(|payee| addresses::ide::claim(&payee.device.key, &payee.party()));
    stage
        .as_staking(ix::forfeit(&caller, &records[..1], vec![1_000]))
        .expect("holds");
    let proposed_at = stage.world.now();
    stage.world.warp(7 * DAY);
    for payee in &payees {
        stage.claim(payee).expect("pays");
    }
    stage
        .as_staking(ix::unforfeit(&caller, &records[..1], vec![100]))
        .expect("drops");
    let burn = BurnHold {
        amount_io: 900,
        root_seq: 1,
        proposed_at,
    };
    let mint = stage.world.plan.io_mint;
    stage
        .as_staking(ix::burn_forfeited(
            &caller,
            &mint,
            &records[..1],
            vec![burn],
        ))
        .expect("burns");
    stage.full_day(day + 1, 0, 0, 0);
    let second = stage.payouts(2, day + 1, &payees.each_ref());
    stage.accept_root(&second).expect("accepts");
    let guardian = stage.world.guardian.pubkey();
    stage
        .world
        .send(&stage.world.guardian, &[], &[ix::veto_root(&guardian, 2)])
        .expect("vetoes");
    let mut known = known(&stage);
    known.wallets = payees.iter().map(|payee| payee.party()).collect();
    samples(&stage.world, 1, &known)
}

/// A root in the last place of a full ring, and the leaf of a tree of 2^20: proof while it is pending
/// and once it has matured, a claim with both legs, and the next root.
pub fn full_ring() -> Vec<Sample> {
    let stage = IdeStage::new();
    let payee = stage.payee();
    let day = stage.first_day;
    stage.full_day(day, 1_000_000_000_000, 6_000 * USDC_ONE, 7_500 * USDC_ONE);
    let now = stage.world.now();
    stage.edit_roots(|ring| {
        for (seq, root) in (1..).zip(ring.roots.iter_mut().take(RING_ROOTS - 1)) {
            root.seq = seq;
            root.accepted_at = now - 30 * DAY;
            root.mature_at = now - 20 * DAY;
        }
    });
    let payouts = stage.payouts(40, day, &[&payee]);
    stage.accept_root(&payouts).expect("accepts");
    // The same root as if the leaf stood in the largest tree.
    let leaf = payouts.leaves[0];
    let ring = addresses::ide::roots().to_bytes();
    let hash = leaf.hash::<Sha256Hasher>(EarningsTree::Payout, &ring);
    let (leaves, index) = (1_u64 << MAX_PAYOUT_SIBLINGS, 123_456);
    let (root, siblings) = deep_root(&hash, index, leaves);
    stage.edit_roots(|ring| {
        let place = ring.roots.iter_mut().find(|place| place.seq == 40);
        let place = place.expect("it was accepted");
        (place.hash, place.leaf_count) = (root, leaves);
    });
    stage.open_claim(&payee).expect("opens");
    let prove = || {
        let args = ProveLeafArgs {
            root_seq: 40,
            index,
            lifetime_io: leaf.lifetime_io,
            lifetime_usdc: leaf.lifetime_usdc,
            arrears_usd_micros: leaf.arrears_usd_micros,
            siblings: siblings.clone(),
        };
        stage.send(&[], ix::prove_leaf(&payee.device.key, &payee.party(), args))
    };
    prove().expect("pending");
    stage.world.warp(7 * DAY);
    prove().expect("matured");
    stage.claim(&payee).expect("pays");
    stage.full_day(day + 1, 0, 0, 0);
    let next = stage.payouts(41, day + 1, &[&payee]);
    stage.accept_root(&next).expect("accepts");
    let mut known = known(&stage);
    known.wallets = vec![payee.party()];
    samples(&stage.world, 1, &known)
}
