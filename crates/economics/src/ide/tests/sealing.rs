//! Sealings of the published vectors.

use super::*;

#[test]
fn rewards_first_base_case_gives_the_published_vector() {
    let out = sealed(|_| ());
    assert_eq!(out.ratio_bps, Some(21_667));
    assert_eq!(out.paid_obligation.reward_io, 6_666_666_666_666);
    assert_eq!(out.paid_obligation.usdc, 0);
    assert_eq!(out.paid_obligation.usd_micros, 10_000 * USD);
    assert_eq!(out.surplus_usd_micros, 11_667 * USD);
    assert_eq!(out.earmarked_usdc, 5_833_500_000);
    assert_eq!(out.ledgers.fee_usdc, 15_833_500_000);
    assert_eq!(out.retired_io, 1_060_189_012_839);
    assert_eq!(out.burn_due_usd_micros, 0);
    assert_eq!(out.arrears_usd_micros, 0);
    // sold at exactly p
    let bought = crate::price::usd_to_io_floor(
        crate::units::UsdMicros::from_base_units(out.earmarked_usdc),
        150_000_000_000,
    );
    assert_eq!(bought.unwrap().base_units(), 3_889_000_000_000);
}

#[test]
fn rewards_first_price_halved_gives_the_published_vector() {
    let out = sealed(|input| input.price = flat(75_000_000_000));
    assert_eq!(out.ratio_bps, Some(21_667));
    assert_eq!(out.paid_obligation.reward_io, E_DAY);
    assert_eq!(out.paid_obligation.usdc, 3_409_716_480);
    assert_eq!(out.earmarked_usdc, 5_833_500_000);
    assert_eq!(out.ledgers.fee_usdc, 12_423_783_520);
    assert_eq!(out.retired_io, 0);
}

#[test]
fn rewards_first_demand_falls_gives_the_published_vector() {
    let out = sealed(|input| input.money.revenue_usdc = 9_750 * USD);
    assert_eq!(out.ratio_bps, Some(9_750));
    assert_eq!(out.paid_obligation.reward_io, 6_666_666_666_666);
    assert_eq!((out.earmarked_usdc, out.surplus_usd_micros), (0, 0));
    assert_eq!(out.ledgers.fee_usdc, 9_750 * USD);
    assert_eq!(out.retired_io, 1_060_189_012_839);
}

#[test]
fn fees_first_base_case_gives_the_published_vector() {
    let out = sealed(|input| input.rules.order = Order::FeesFirst);
    assert_eq!(out.paid_obligation.reward_io, 0);
    assert_eq!(out.paid_obligation.usdc, 10_000 * USD);
    assert_eq!(out.earmarked_usdc, 5_833_500_000);
    assert_eq!(out.ledgers.fee_usdc, 5_833_500_000);
    assert_eq!(out.retired_io, 4_393_522_346_172);
}

#[test]
fn haircut_and_the_epoch_after_it_give_the_published_vectors() {
    let first = sealed(|input| {
        input.price = flat(100_000_000_000);
        input.money = DayMoney {
            emission_io: 2_000_000_000_000,
            revenue_usdc: 0,
            revenue_io: 0,
        };
        input.ledgers.fee_usdc = 1_000 * USD;
    });
    assert_eq!(first.paid_obligation.reward_io, 2_000_000_000_000);
    assert_eq!(first.paid_obligation.usdc, 1_000 * USD);
    assert_eq!(first.short_usd_micros, 7_000 * USD);
    assert_eq!(first.arrears_usd_micros, 7_000 * USD);
    assert_eq!(first.ratio_bps, Some(0));

    let next = sealed(|input| {
        input.price = flat(100_000_000_000);
        input.ledgers = first.ledgers;
        input.money.revenue_usdc = 20_000 * USD;
        input.obligation_usd_micros = 5_000 * USD;
        input.arrears_usd_micros = first.arrears_usd_micros;
    });
    let io = next.paid_obligation.reward_io + next.paid_arrears.reward_io;
    assert_eq!(io, E_DAY);
    assert_eq!(
        next.paid_obligation.usdc + next.paid_arrears.usdc,
        3_212_955_307
    );
    assert_eq!(next.arrears_usd_micros, 0);
    assert_eq!(next.surplus_usd_micros, 8_000 * USD);
    assert_eq!(next.earmarked_usdc, 4_000 * USD);
    assert_eq!(next.ledgers.fee_usdc, 12_787_044_693);
    assert_eq!(next.ratio_bps, Some(40_000));
}

#[test]
fn io_revenue_gives_the_published_vector() {
    let out = sealed(|input| {
        input.price = Some(SealPrice {
            release12: 150_000_000_000,
            floor12: 149_400_000_000,
        });
        input.money.revenue_usdc = 4_000 * USD;
        input.money.revenue_io = 10_000_000_000_000;
    });
    assert_eq!(out.revenue_usd_micros, 18_940 * USD);
    assert_eq!(out.surplus_usd_micros, 8_940 * USD);
    assert_eq!(out.burn_usd_micros, 4_470 * USD);
    assert_eq!(out.burned_io, 2_991_967_871_486);
    assert_eq!(out.earmarked_usdc, 0);
    assert_eq!(out.ledgers.fee_io, 7_008_032_128_514);
    assert_eq!(out.ratio_bps, Some(18_940));
}
