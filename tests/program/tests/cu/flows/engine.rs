//! Days of the engine, its auctions and its payouts.

use ide::{
    BurnHold,
    state::{ClassRates, LotKind},
};
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::units::{DAY, HOUR, IO_ONE, USDC_ONE};
use ion_merkle::epoch::{ClassRow, LAST_LINK};
use ion_program_tests::ide_stage::{IdeStage, edit};
use registry::state::{ActionKind, Config};
use solana_signer::Signer;

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
        .send(&[], ix::accept_epoch_report(&report))
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
    let stage = IdeStage::with_earmark(6_000 * USDC_ONE);
    stage.set_param(&ion_economics::params::ide::RESERVE_BUY_ENABLED, 1);
    let seller = stage.world.wallet(100_000 * IO_ONE, 0);
    for (seq, kind) in [(1, LotKind::Burn), (2, LotKind::Reserve)] {
        stage.open_auction(kind).expect("opens");
        stage.world.warp(1_800);
        stage.fill(&seller, 10_000 * IO_ONE, 0).expect("fills");
        stage.world.warp(1_801);
        stage.send(&[], ix::end_auction(seq)).expect("ends");
    }
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
