//! Lots that nobody buys, and lots of the reserve beside those of the burn.

use ide::{
    error::IdeError,
    events::AuctionFilled,
    state::{AuctionState, LotKind},
};
use ion_client::instructions::ide as ix;
use ion_economics::{
    params::ide as params,
    units::{DAY, IO_ONE, USDC_ONE},
};
use ion_program_tests::{expect_error, ide_stage::IdeStage};
use solana_signer::Signer;

const LOT: u64 = 5_000 * USDC_ONE;
const USD: u64 = 1_000_000;

/// A stage whose fee vault has money and of whose burn only `buyback` is left: what is missing was
/// sold into a lot.
fn with_reserve(buyback: u64) -> IdeStage {
    let stage = IdeStage::with_earmark(LOT);
    stage.set_param(&params::RESERVE_BUY_ENABLED, 1);
    stage.set_param(&params::AUCTION_CAP, (LOT - buyback) as i64);
    stage.open_auction(LotKind::Burn).expect("opens");
    stage.world.warp(3_600);
    let seller = stage.world.wallet(100_000 * IO_ONE, 0);
    stage.fill(&seller, u64::MAX, 0).expect("sells out");
    assert_eq!(stage.auction(1).state, AuctionState::SoldOut);
    stage.send(&[], ix::end_auction(1)).expect("ends");
    stage.set_param(&params::AUCTION_CAP, LOT as i64);
    stage
}

/// Nobody sells into one lot after the other: the earmark stays whole, the days go on and what they
/// owe is paid out and claimed.
#[test]
fn e62_nobody_sells_and_earmark_and_payouts_are_unaffected() {
    let stage = IdeStage::with_earmark(LOT);
    let payee = stage.payee();
    for seq in 1..=3 {
        stage.open_auction(LotKind::Burn).expect("opens");
        assert_eq!(stage.vaults().lot_usdc, LOT);
        stage.world.warp(3_601);
        stage.send(&[], ix::end_auction(seq)).expect("ends");
        assert_eq!(
            (stage.vaults().buyback_usdc, stage.vaults().lot_usdc),
            (LOT, 0)
        );
    }
    // a lot is open while the next day ends and is sealed
    let day = stage.today();
    stage.earn(600 * USDC_ONE, 0);
    stage.allowance(day, 0);
    stage.set_time((day + 1) as i64 * DAY - 60);
    stage.open_auction(LotKind::Burn).expect("opens");
    stage.end(day);
    stage.report(day, 600 * USD);
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .send(&[], stage.seal_with(day, Some(price)))
        .expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.paid_obligation.paid_usd_micros, 600 * USD);
    assert_eq!(
        (stage.vaults().buyback_usdc, stage.vaults().lot_usdc),
        (0, LOT)
    );
    let payouts = stage.payouts(1, day, &[&payee]);
    stage.accept_root(&payouts).expect("accepts");
    stage.open_claim(&payee).expect("opens");
    stage.prove(&payee, &payouts).expect("proves");
    stage.world.warp(7 * DAY);
    stage.claim(&payee).expect("pays");
    assert_eq!(stage.world.usdc_of(&payee.party()), epoch.cumulative_usdc);
    assert_eq!(epoch.cumulative_usdc, 600 * USDC_ONE);
    stage.send(&[], ix::end_auction(4)).expect("ends");
    assert_eq!(stage.vaults().buyback_usdc, LOT);
    stage.assert_vaults_exact();
}

#[test]
fn reserve_lot_needs_the_switch_and_keeps_its_io() {
    let stage = with_reserve(0);
    stage.set_param(&params::RESERVE_BUY_ENABLED, 0);
    let open = || stage.open_auction(LotKind::Reserve);
    expect_error(open(), ide::ID, IdeError::ReserveBuyDisabled, 0);
    stage.set_param(&params::RESERVE_BUY_ENABLED, 1);
    let before = stage.vaults();
    open().expect("opens");
    let vaults = stage.vaults();
    assert_eq!(vaults.yu_usdc, before.yu_usdc - LOT);
    assert_eq!((vaults.buyback_usdc, vaults.lot_usdc), (0, LOT));
    stage.world.warp(1_800);
    let seller = stage.world.wallet(20_000 * IO_ONE, 0);
    let supply = stage.supply();
    let record = stage.fill(&seller, 10_000 * IO_ONE, 0).expect("fills");
    let event: AuctionFilled = stage.world.event(ide::ID, &record);
    assert!(!event.is_burned);
    assert_eq!(stage.supply(), supply);
    let vaults = stage.vaults();
    assert_eq!(vaults.yi_io, 10_000 * IO_ONE);
    assert_eq!(vaults.burned_io, before.burned_io);
    stage.assert_vaults_exact();
    stage.world.warp(1_801);
    stage.send(&[], ix::end_auction(2)).expect("ends");
    assert_eq!(stage.vaults().yu_usdc, before.yu_usdc - 1_489_560_000);
    stage.assert_vaults_exact();
}

#[test]
fn reserve_lot_while_critical_is_refused() {
    let stage = IdeStage::new();
    stage.set_param(&params::RESERVE_BUY_ENABLED, 1);
    stage.full_day(stage.first_day, 0, USDC_ONE, 10_000 * USDC_ONE);
    assert_eq!(stage.engine().status, 2);
    expect_error(
        stage.open_auction(LotKind::Reserve),
        ide::ID,
        IdeError::ReserveBuyDisabled,
        0,
    );
}

/// Lots of the reserve, which anybody may open one after the other, cannot keep the burn waiting:
/// as long as a lot of the burn can be opened, no other can.
#[test]
fn attack_lots_of_the_reserve_do_not_delay_the_burn() {
    for buyback in [LOT / 2, 1] {
        let stage = with_reserve(buyback);
        assert_eq!(stage.vaults().buyback_usdc, buyback);
        let supply = stage.supply();
        expect_error(
            stage.open_auction(LotKind::Reserve),
            ide::ID,
            IdeError::BurnLotFirst,
            0,
        );
        stage.open_auction(LotKind::Burn).expect("opens");
        assert_eq!(stage.auction(2).lot_usdc, buyback);
        let seller = stage.world.wallet(50_000 * IO_ONE, 0);
        stage.fill(&seller, u64::MAX, 0).expect("sells out");
        assert!(stage.supply() < supply);
        assert_eq!(stage.world.usdc_of(&seller.pubkey()), buyback);
        stage.world.warp(3_600);
        stage.send(&[], ix::end_auction(2)).expect("ends");
        stage.open_auction(LotKind::Reserve).expect("its turn now");
    }
}
