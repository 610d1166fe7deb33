//! Flows that send every instruction alone in its transaction.

mod cases;
mod engine;
mod extensions;
mod faults;
mod governance;
mod rewards;
mod stakes;

use ion_client::instructions::{booking as book, ide};
use ion_economics::{
    booking::Currency,
    units::{DAY, IO_ONE},
};
use ion_program_tests::booking_stage;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// Devices that one `lock_lines` of the flows locks.
pub const LOCKED_AT_ONCE: u64 = 4;
/// Time after which an unpaid booking expires, with a second more.
const UNPAID: i64 = 1_201;
/// Time after which a paid booking that was not started is cancelled by anyone, with a second more.
const UNSTARTED: i64 = 1_801;

/// Plays all flows.
pub fn play() -> Vec<Sample> {
    let mut all = governance::genesis_alone();
    all.extend(governance::registry_alone());
    all.extend(stakes::staking_alone());
    all.extend(stakes::staking_exits());
    all.extend(stakes::waits_refreshed());
    all.extend(cases::cases());
    all.extend(cases::five_parties());
    all.extend(cases::spoofing());
    all.extend(cases::holds());
    all.extend(cases::at_the_caps());
    for lines in [1, 8] {
        all.extend(booking_flow(lines, Currency::Usdc));
    }
    all.extend(booking_flow(1, Currency::Io));
    all.extend(pay_due_flow());
    all.extend(rewards::schedule());
    all.extend(rewards::engine());
    all.extend(rewards::holds(1));
    all.extend(rewards::holds(5));
    all.extend(extensions::extended(1));
    all.extend(extensions::extended(8));
    all.extend(extensions::corrected());
    all.extend(faults::one_line());
    all.extend(faults::eight_lines());
    all.extend(faults::eighth_slot());
    all.extend(faults::group());
    all.extend(engine::switch());
    all.extend(engine::day(1));
    all.extend(engine::day(12));
    all.extend(engine::poor_day());
    all.extend(engine::auctions());
    all.extend(engine::payouts());
    all.extend(engine::full_ring());
    all.extend(engine::voided_day());
    all
}

/// A booking of `lines` lines through every ending.
fn booking_flow(lines: u64, currency: Currency) -> Vec<Sample> {
    let count = usize::try_from(lines).expect("few lines");
    let mut stage = booking_stage::Stage::with_devices(count);
    stage.currency = currency;
    if currency == Currency::Io {
        // the quote of 48 hours costs more than the purse holds
        stage.world.give(&stage.payer.pubkey(), 100_000 * IO_ONE, 0);
    } else {
        stage
            .world
            .give(&stage.payer.pubkey(), 0, 100 * booking_stage::TOTAL);
    }
    let mut known = Known {
        ids: Vec::new(),
        wallets: vec![stage.payout.pubkey(), stage.payer.pubkey()],
        mints: vec![stage.world.plan.io_mint, stage.world.plan.usdc_mint],
    };
    let mut begin = |stage: &mut booking_stage::Stage| {
        stage.id = stage.fresh_id(known.ids.len() as u64 + 1);
        known.ids.push(stage.id);
        stage.create_quote();
        stage.book();
    };
    begin(&mut stage);
    expired(&stage, UNPAID);
    begin(&mut stage);
    stage.pay_all();
    stage.lock_all();
    cancelled(&stage);
    begin(&mut stage);
    stage.pay_all();
    stage.lock_all();
    unstarted(&stage);
    begin(&mut stage);
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage
        .send(&stage.renter, stage.terminate_ix())
        .expect("terminates");
    begin(&mut stage);
    stage.pay_all();
    stage.lock_all();
    stage.start();
    served(&stage, count);
    samples(&stage.world, lines, &known)
}

fn expired(stage: &booking_stage::Stage, after: i64) {
    stage.world.warp(after);
    let by = stage.world.authority.pubkey();
    stage
        .crank(book::expire(&by, &stage.key(), &[]))
        .expect("expires");
}

fn cancelled(stage: &booking_stage::Stage) {
    let renter = stage.renter.pubkey();
    let op_seq = stage.booking().op_seq;
    let cancel = book::cancel(&renter, &stage.key(), op_seq, &stage.devices);
    stage.send(&stage.renter, cancel).expect("cancels");
    stage.crank(stage.refund_ix()).expect("refunds");
}

fn unstarted(stage: &booking_stage::Stage) {
    stage.world.warp(UNSTARTED);
    let by = stage.world.authority.pubkey();
    let cancel = book::cancel_unstarted(&by, &stage.key(), &stage.devices);
    stage.crank(cancel).expect("cancels");
}

/// From the start of a booking to its last account.
fn served(stage: &booking_stage::Stage, count: usize) {
    let by = stage.world.authority.pubkey();
    let first = stage.today();
    stage.world.warp(DAY);
    let boundary = stage.leaf(0, false, &vec![1_400; count]);
    stage.crank(stage.apply_ix(boundary)).expect("applies");
    if stage.currency == Currency::Usdc {
        // work paid in IO needs no price
        let price = stage.world.post_price(stage.world.price_now());
        stage
            .crank(book::price_record(&by, &stage.key(), 0, &price))
            .expect("prices");
    }
    stage
        .world
        .warp(i64::from(booking_stage::MINUTES) * 60 - DAY);
    stage.crank(stage.end_ix()).expect("ends");
    stage
        .record(1, true, &vec![2_800; count])
        .expect("the final record");
    stage.crank(stage.refund_ix()).expect("refunds");
    stage.world.warp(DAY + 1);
    let open = ide::open_epoch(&by, stage.today());
    stage.crank(open).expect("opens");
    for seq in 0..2 {
        for line in 0..u8::try_from(count).expect("few lines") {
            stage.crank(stage.earn_ix(seq, line)).expect("earns");
        }
    }
    stage.crank(stage.settle_ix()).expect("settles");
    for seq in 0..2 {
        let close = book::close_record(&by, &stage.key(), seq, &by);
        stage.crank(close).expect("closes a record");
    }
    stage.world.warp(7 * DAY);
    stage.crank(stage.close_ix()).expect("closes");
    let scheduler = stage.world.scheduler.pubkey();
    stage
        .crank(book::close_quote(&by, &stage.id, &scheduler))
        .expect("closes the quote");
    stage.crank(book::open_tne_day(&by, first)).expect("opens");
    let shards: Vec<u8> = (0..16).collect();
    stage
        .crank(book::fold_tne_day(&by, first, &shards))
        .expect("folds");
}

/// Pay that could not be delivered, pulled by its supplier.
fn pay_due_flow() -> Vec<Sample> {
    let stage = booking_stage::Stage::earnable();
    let purse = stage.purse(&stage.payout.pubkey());
    let mut account = stage.world.raw(&purse);
    account.data[108] = 2; // frozen
    stage.world.put(&purse, account);
    stage.world.warp(30 * DAY);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).expect("credits");
    let wallet = stage.payout.pubkey();
    let own = stage.token_account(&wallet, &stage.mint());
    let device = &stage.devices[0];
    let pull = book::pull_pay_due(&wallet, &stage.key(), 0, device, &stage.mint(), &own);
    stage.send(&stage.payout, pull).expect("pulls");
    let known = Known {
        ids: vec![stage.id],
        wallets: vec![wallet, stage.payer.pubkey()],
        mints: vec![stage.mint()],
    };
    samples(&stage.world, 1, &known)
}
