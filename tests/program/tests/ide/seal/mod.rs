//! `seal_epoch`.

mod price;
mod shortage;

use ide::{
    error::IdeError,
    events::{EpochSealed, U64Change},
    state::EpochState,
};
use ion_client::addresses;
use ion_economics::{
    ide::Status,
    params::ide as params,
    units::{DAY, USDC_ONE},
};
use ion_program_tests::{
    expect_error,
    ide_stage::{IdeStage, PRICE},
};
use ion_test_oracle::PostedPrice;

use crate::stage::{copy, foreign_copy, with_account, with_extra};

/// Emission of a day of economics §16.8.
const E_DAY: u64 = 8_787_044_692_344;
const H: u64 = 10_000 * USDC_ONE;

/// A stage whose first day of the engine is reported with these amounts.
fn reported(emission: u64, usdc: u64, avail: u64) -> (IdeStage, u64) {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    if usdc > 0 {
        stage.earn(usdc, 0);
    }
    stage.allowance(day, emission);
    stage.end(day);
    stage.report(day, avail);
    (stage, day)
}

#[test]
fn seal_pays_burns_earmarks_and_retires_as_the_published_base_case() {
    let (stage, day) = reported(E_DAY, 21_667 * USDC_ONE, H);
    let supply = stage.supply();
    let record = stage.seal(day, PRICE).expect("seals");

    let vaults = stage.vaults();
    assert_eq!(vaults.payable_io, 6_666_666_666_666);
    assert_eq!((vaults.payable_usdc, vaults.waiting_io), (0, 0));
    assert_eq!(vaults.yu_usdc, 15_833_500_000);
    assert_eq!(vaults.buyback_usdc, 5_833_500_000);
    assert_eq!(vaults.retired_io, 1_060_189_012_839);
    assert_eq!(vaults.y1_io, E_DAY - 6_666_666_666_666 - 1_060_189_012_839);
    assert_eq!(supply - stage.supply(), 1_060_189_012_839);
    stage.assert_vaults_exact();

    let engine = stage.engine();
    assert_eq!(engine.next_day, day + 1);
    assert_eq!(engine.sealed_at, stage.world.now());
    assert_eq!(engine.cumulative_io, 6_666_666_666_666);
    assert_eq!(
        (engine.arrears_usd_micros, engine.burn_due_usd_micros),
        (0, 0)
    );
    assert_eq!((engine.has_ema, engine.ema_fp), (1, 20_000_000_000));
    assert_eq!((engine.ide_epochs, engine.obligations[0]), (1, H));
    assert_eq!(engine.emissions[0], E_DAY);

    let epoch = stage.epoch(day);
    assert_eq!(epoch.state, EpochState::Sealed.code());
    assert_eq!((epoch.mode, epoch.psi_bps), (1, 21_667));
    assert_eq!(
        (epoch.price_p12, epoch.floor_p12),
        (150_000_000_000, 150_000_000_000)
    );
    assert_eq!(epoch.obligation_usd_micros, H);
    assert_eq!(epoch.paid_obligation.paid_usd_micros, H);
    assert_eq!(epoch.surplus_usd_micros, 11_667 * USDC_ONE);
    assert_eq!(epoch.earmarked_usdc, 5_833_500_000);
    assert_eq!(epoch.rules.burn_bps, 5_000);

    let event: EpochSealed = stage.world.event(ide::ID, &record);
    assert_eq!((event.day, event.mode, event.psi_bps), (day, 1, 21_667));
    assert_eq!(
        event.yu_usdc,
        U64Change {
            old: 0,
            new: 15_833_500_000
        }
    );
    assert_eq!(event.retired_io, 1_060_189_012_839);
    assert_eq!(event.paid_obligation.reward_io, 6_666_666_666_666);
}

#[test]
fn seal_burns_io_revenue_directly_and_supply_falls() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.earn(4_000 * USDC_ONE, 0);
    stage
        .revenue(stage.world.plan.io_mint, 10_000_000_000_000, 0)
        .expect("counts");
    stage.allowance(day, E_DAY);
    stage.end(day);
    stage.report(day, H);
    let supply = stage.supply();
    // conf 30,000 of 15,000,000: floor 0.1494
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .send(&[], stage.seal_with(day, Some(price)))
        .expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.floor_p12, 149_400_000_000);
    assert_eq!(epoch.burned_io, 2_991_967_871_486);
    assert_eq!(epoch.earmarked_usdc, 0);
    assert_eq!(epoch.revenue_usd_micros, 18_940 * USDC_ONE);
    let vaults = stage.vaults();
    assert_eq!(vaults.yi_io, 7_008_032_128_514);
    assert_eq!(vaults.burned_io, 2_991_967_871_486);
    assert_eq!(supply - stage.supply(), epoch.burned_io + epoch.retired_io);
    stage.assert_vaults_exact();
}

#[test]
fn schedule_day_seals_from_its_fees_and_is_closed_at_once() {
    let stage = IdeStage::before_switch();
    let day = stage.engine().next_day;
    let today = stage.today();
    for day in day..today {
        stage.open(day);
        stage.end(day);
        stage.seal(day, PRICE).expect("seals");
    }
    stage.open(today);
    stage.earn(1_001, 0);
    stage.end(today);
    stage.seal(today, PRICE).expect("seals");
    let epoch = stage.epoch(today);
    assert_eq!(epoch.state, EpochState::Closed.code());
    assert_eq!((epoch.mode, epoch.surplus_usd_micros), (0, 1_001));
    assert_eq!(epoch.earmarked_usdc, 501);
    assert_eq!(stage.vaults().yu_usdc, 500);
    assert_eq!(stage.engine().ide_epochs, 0);
}

#[test]
fn seal_with_an_account_of_somebody_else_is_refused() {
    let (stage, day) = reported(E_DAY, 1_000, H);
    let price = stage.world.post_price(stage.flat(PRICE));
    let good = stage.seal_with(day, Some(price));
    let refused = |instruction, error: IdeError| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    for (index, key, error) in [
        (0, addresses::registry::config(), IdeError::WrongConfig),
        (
            1,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (2, addresses::ide::vaults(), IdeError::WrongVaults),
        (3, addresses::ide::engine(), IdeError::WrongEngine),
        (6, stage.world.plan.io_mint, IdeError::WrongMint),
        (7, stage.world.plan.usdc_mint, IdeError::WrongMint),
        (
            8,
            addresses::ide::reward_vault(),
            IdeError::WrongVaultAccount,
        ),
        (9, addresses::ide::fee_usdc(), IdeError::WrongVaultAccount),
        (10, addresses::ide::fee_io(), IdeError::WrongVaultAccount),
        (11, addresses::ide::pay_io(), IdeError::WrongVaultAccount),
        (12, addresses::ide::pay_usdc(), IdeError::WrongVaultAccount),
    ] {
        let copied = copy(&stage.world, &key);
        refused(with_account(&good, index, copied), error);
    }
    refused(
        with_account(&good, 5, foreign_copy(&stage.world, &price)),
        IdeError::BadOracleAccount,
    );
    let other_feed = stage.world.post_price(PostedPrice {
        feed_id: [8; 32],
        ..stage.flat(PRICE)
    });
    refused(
        with_account(&good, 5, other_feed),
        IdeError::BadOracleAccount,
    );
    refused(with_extra(&good), IdeError::UnexpectedAccounts);
    stage.send(&[], good).expect("seals");
}

#[test]
fn seal_out_of_order_unreported_or_twice_is_refused() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    let refused = |day, error: IdeError| {
        expect_error(stage.seal(day, PRICE), ide::ID, error, 0);
    };
    stage.open(day);
    stage.open(day + 1);
    refused(day, IdeError::EpochNotReported);
    stage.allowance(day, 5);
    stage.end(day);
    refused(day, IdeError::EpochNotReported);
    refused(day + 1, IdeError::SealOutOfOrder);
    stage.report(day, 0);
    stage.seal(day, PRICE).expect("seals");
    refused(day, IdeError::SealOutOfOrder);
}

#[test]
fn seal_waits_for_every_hour_of_emission() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    for hour in 0..23 {
        stage.allowance_of_hour(day, hour, 1).expect("counts");
    }
    stage.end(day);
    stage.report(day, 0);
    expect_error(
        stage.seal(day, PRICE),
        ide::ID,
        IdeError::AllowanceIncomplete,
        0,
    );
    // an exhausted schedule still counts its hours
    stage.allowance_of_hour(day, 23, 0).expect("counts");
    stage.seal(day, PRICE).expect("seals");
}

/// The argument of a deposit is unsigned and above zero, and no instruction lowers the revenue of a
/// day: what could be refunded is still in its escrow.
#[test]
fn e74_negative_revenue_is_not_expressible() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.earn(100, 0);
    expect_error(
        stage.revenue(stage.world.plan.usdc_mint, 0, 0),
        ide::ID,
        IdeError::ZeroAmount,
        0,
    );
    assert_eq!(stage.epoch(day).revenue_usdc, 100);
}

/// Revenue of d+1 arrives while d waits for its price: d pays from its own money.
#[test]
fn e84_revenue_of_the_next_day_pays_nothing_of_this_one() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.allowance(day, 2_000_000_000_000);
    stage.end(day);
    stage.report(day, H);
    stage.open(day + 1);
    stage.earn(8_000 * USDC_ONE, 0);
    stage.seal(day, 10_000_000).expect("seals");
    let first = stage.epoch(day);
    assert_eq!(first.paid_obligation.reward_io, 2_000_000_000_000);
    assert_eq!(first.paid_obligation.usdc, 0);
    assert_eq!(first.arrears_usd_micros, 8_000 * USDC_ONE);
    stage.allowance(day + 1, 2_000_000_000_000);
    stage.end(day + 1);
    stage.report(day + 1, 1_000 * USDC_ONE);
    stage.seal(day + 1, 10_000_000).expect("seals");
    let next = stage.epoch(day + 1);
    assert_eq!(
        next.paid_obligation.usdc + next.paid_arrears.usdc,
        7_000 * USDC_ONE
    );
    assert_eq!((next.arrears_usd_micros, next.surplus_usd_micros), (0, 0));
    assert_eq!(stage.vaults().yu_usdc, 1_000 * USDC_ONE);
    stage.assert_vaults_exact();
}

#[test]
fn parameter_of_a_later_day_does_not_reach_an_earlier_one() {
    let (stage, day) = reported(0, 1_000, 0);
    // announced for the next day: the registry keeps the old value readable
    let key = addresses::registry::params(&ide::ID);
    ion_program_tests::ide_stage::edit::<registry::state::Params>(&stage.world, &key, |values| {
        values.pending[0] = registry::state::PendingParam {
            slot: params::BURN_BPS.slot,
            value: 10_000,
            effective_at: (day + 1) as i64 * DAY,
        };
    });
    stage.seal(day, PRICE).expect("seals");
    assert_eq!(stage.epoch(day).earmarked_usdc, 500);
    stage.full_day(day + 1, 0, 1_000, 0);
    assert_eq!(stage.epoch(day + 1).earmarked_usdc, 1_000);
}

/// A supplier hires its own device for an hour: the list price reaches the vault, and what the day
/// owes for it is at most that.
#[test]
fn e80_own_hire_is_a_loss() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    // 8 processors, one hour, 2 USD list, 1 USD hire, 0.06 USD availability
    let paid = 16 * USDC_ONE;
    stage.earn(paid, 8 * USDC_ONE);
    stage.allowance(day, E_DAY);
    stage.end(day);
    stage.report(day, 480_000);
    stage.seal(day, PRICE).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.hire_due_usd_micros, 8 * USDC_ONE);
    assert_eq!(epoch.obligation_usd_micros, 8_480_000);
    assert!(epoch.obligation_usd_micros <= paid);
    assert!(epoch.surplus_usd_micros > 0);
}
