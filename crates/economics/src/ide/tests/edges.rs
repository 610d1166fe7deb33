//! Edge cases of a sealing.

use super::*;

/// Revenue of d+1 that was deposited before d sealed pays nothing of d.
#[test]
fn e84_revenue_of_a_later_day_waits_for_its_own_sealing() {
    let money = DayMoney {
        emission_io: 2_000_000_000_000,
        revenue_usdc: 0,
        revenue_io: 0,
    };
    let first = sealed(|input| {
        input.price = flat(100_000_000_000);
        input.money = money;
    });
    assert_eq!(first.paid_obligation.reward_io, 2_000_000_000_000);
    assert_eq!(first.paid_obligation.usdc, 0);
    assert_eq!(first.arrears_usd_micros, 8_000 * USD);
    let next = sealed(|input| {
        input.price = flat(100_000_000_000);
        input.ledgers = first.ledgers;
        input.money = DayMoney {
            revenue_usdc: 8_000 * USD,
            ..money
        };
        input.obligation_usd_micros = 1_000 * USD;
        input.arrears_usd_micros = first.arrears_usd_micros;
    });
    let io = next.paid_obligation.reward_io + next.paid_arrears.reward_io;
    assert_eq!(io, 2_000_000_000_000);
    assert_eq!(
        next.paid_obligation.usdc + next.paid_arrears.usdc,
        7_000 * USD
    );
    assert_eq!(next.arrears_usd_micros, 0);
    assert_eq!(next.surplus_usd_micros, 0);
    assert_eq!(next.ledgers.fee_usdc, 1_000 * USD);
}

#[test]
fn e70_emission_ended_pays_from_what_is_left_and_retires_nothing() {
    let out = sealed(|input| {
        input.price = flat(100_000_000_000);
        input.ledgers.reward_io = 100_000_000_000_000;
        input.money = DayMoney {
            emission_io: 0,
            revenue_usdc: 0,
            revenue_io: 0,
        };
        input.obligation_usd_micros = 1_000 * USD;
    });
    assert_eq!(out.paid_obligation.reward_io, 1_000_000_000_000);
    assert_eq!(out.ledgers.reward_io, 99_000_000_000_000);
    assert_eq!(out.retired_io, 0);
    let empty = sealed(|input| {
        input.money.emission_io = 0;
        input.money.revenue_usdc = 12_000 * USD;
    });
    assert_eq!(empty.paid_obligation.usdc, 10_000 * USD);
    assert_eq!(empty.paid_obligation.reward_io, 0);
    assert_eq!(empty.retired_io, 0);
}

#[test]
fn e71_fee_vault_empty_pays_the_allowance_and_the_rest_is_arrears() {
    let out = sealed(|input| {
        input.money.revenue_usdc = 0;
        input.money.emission_io = 1_000_000_000_000;
    });
    assert_eq!(out.paid_obligation.reward_io, 1_000_000_000_000);
    assert_eq!(out.paid_obligation.usd_micros, 1_500 * USD);
    assert_eq!(out.arrears_usd_micros, 8_500 * USD);
    assert_eq!(out.retired_io, 0);
}

#[test]
fn e72_both_empty_is_a_shortfall_shared_pro_rata_and_critical() {
    let out = sealed(|input| {
        input.money.revenue_usdc = 0;
        input.money.emission_io = 0;
    });
    assert_eq!(out.paid_obligation, Payment::NONE);
    assert_eq!(out.short_usd_micros, 10_000 * USD);
    assert_eq!(out.health.status, Status::Critical);
    let mut parts = [0; 3];
    divide(out.short_usd_micros, &[1, 1, 2], &mut parts).unwrap();
    assert_eq!(parts, [2_500 * USD, 2_500 * USD, 5_000 * USD]);
}

#[test]
fn e73_no_obligations_leave_average_and_counts_and_burn_the_share() {
    let before = Health {
        status: Status::Normal,
        ema_fp: Some(9_900_000_000),
        below: 3,
        above: 0,
    };
    let out = sealed(|input| {
        input.obligation_usd_micros = 0;
        input.arrears_usd_micros = 1_667 * USD;
        input.health = before;
        input.money.emission_io = 0;
    });
    assert_eq!(out.ratio_bps, Some(1_000_000));
    assert_eq!(out.health, before);
    assert_eq!(out.surplus_usd_micros, 20_000 * USD);
    assert_eq!(out.earmarked_usdc, 10_000 * USD);
}

#[test]
fn e77_carry_above_its_limit_is_retired_unless_arrears_remain() {
    let mut history = History::EMPTY;
    for _ in 0..30 {
        history = history.with(10_000 * USD, E_DAY).unwrap();
    }
    let full = |input: &mut EpochInput| {
        input.history = history;
        input.ledgers.reward_io = 31 * E_DAY;
        input.health.ema_fp = Some(20_000_000_000);
    };
    let out = sealed(full);
    let paid = out.paid_obligation.reward_io;
    assert_eq!(out.ledgers.reward_io, 30 * E_DAY);
    assert_eq!(out.retired_io, 2 * E_DAY - paid);
    // the allowance covers no arrears of a million dollars: nothing is retired
    let owing = sealed(|input| {
        full(input);
        input.arrears_usd_micros = 100_000_000 * USD;
    });
    assert!(owing.arrears_usd_micros > 0);
    assert_eq!(owing.retired_io, 0);
}

#[test]
fn dead_oracle_pays_usdc_only_and_touches_no_io_of_the_fee_vault() {
    let before = Health {
        ema_fp: Some(12_000_000_000),
        ..Health::INITIAL
    };
    let out = sealed(|input| {
        input.price = None;
        input.money.revenue_io = 77;
        input.ledgers.fee_io = 1_000;
        input.ledgers.fee_usdc = 100 * USD;
        input.money.revenue_usdc = 3_000 * USD;
        input.health = before;
    });
    assert_eq!(
        out.paid_obligation.reward_io + out.paid_obligation.fee_io,
        0
    );
    assert_eq!(out.paid_obligation.usdc, 3_100 * USD);
    assert_eq!(out.arrears_usd_micros, 6_900 * USD);
    assert_eq!(out.carried_revenue_io, 77);
    assert_eq!(out.revenue_usd_micros, 3_000 * USD);
    assert_eq!((out.burned_io, out.retired_io), (0, 0));
    assert_eq!(out.ledgers.reward_io, E_DAY);
    assert_eq!(out.ledgers.fee_io, 1_000);
    assert_eq!((out.ratio_bps, out.health), (None, before));
    // a surplus without price still earmarks its share in USDC
    let rich = sealed(|input| input.price = None);
    assert_eq!(rich.surplus_usd_micros, 11_667 * USD);
    assert_eq!(rich.earmarked_usdc, 5_833_500_000);
}

#[test]
fn schedule_day_has_no_obligations_arrears_or_retirement() {
    let out = sealed(|input| {
        input.mode = Mode::Schedule;
        input.money.emission_io = 0;
        input.ledgers.reward_io = 5;
        input.obligation_usd_micros = 0;
    });
    assert_eq!(out.paid_obligation, Payment::NONE);
    assert_eq!(out.surplus_usd_micros, 21_667 * USD);
    assert_eq!(out.earmarked_usdc, 10_833_500_000);
    assert_eq!((out.retired_io, out.ledgers.reward_io), (0, 5));
    assert_eq!(out.history, History::EMPTY);
}

#[test]
fn excess_of_the_reserve_burns_a_thirtieth_only_when_normal_and_old_enough() {
    let with = |epochs: u64, status| {
        let mut history = History::EMPTY;
        for _ in 0..epochs {
            history = history.with(10_000 * USD, E_DAY).unwrap();
        }
        sealed(|input| {
            input.history = history;
            input.health.status = status;
            input.health.ema_fp = Some(20_000_000_000);
            input.ledgers.fee_usdc = 4_000_000 * USD;
        })
        .earmarked_usdc
    };
    let base = 5_833_500_000;
    // V 4,021,667, burn 5,833.5, kept 365 days of 10,000: a thirtieth of 365,833.5
    assert_eq!(with(30, Status::Normal), base + 365_833_500_000 / 30);
    assert_eq!(with(29, Status::Normal), base);
    assert_eq!(with(30, Status::Deficit), base);
}
