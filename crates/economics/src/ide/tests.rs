//! Vectors of economics §16.8 and §16.9, golden sealings and properties.

extern crate std;

use super::{auction::*, *};
use crate::price::Price;
use proptest::prelude::*;
use std::{vec, vec::Vec};

const USD: u64 = 1_000_000;
const E_DAY: u64 = 8_787_044_692_344;
const HEALTH: HealthRules = HealthRules {
    deficit_bps: 10_000,
    critical_bps: 8_000,
    normal_bps: 10_500,
    epochs: 7,
    cap_bps: 20_000,
    critical_days: 30,
};
const RULES: EpochRules = EpochRules {
    order: Order::RewardFirst,
    burn_bps: 5_000,
    unemitted_burn_bps: 5_000,
    carry_days: 30,
    reserve_max_days: 365,
    health: HEALTH,
};

fn flat(p12: u128) -> Option<SealPrice> {
    Some(SealPrice {
        release12: p12,
        floor12: p12,
    })
}

/// A day of mode `Ide` with price 0.15, obligations of 10,000 USD and one day of emission.
fn day() -> EpochInput {
    EpochInput {
        mode: Mode::Ide,
        rules: RULES,
        price: flat(150_000_000_000),
        ledgers: Ledgers {
            reward_io: 0,
            fee_usdc: 0,
            fee_io: 0,
        },
        money: DayMoney {
            emission_io: E_DAY,
            revenue_usdc: 21_667 * USD,
            revenue_io: 0,
        },
        obligation_usd_micros: 10_000 * USD,
        arrears_usd_micros: 0,
        burn_due_usd_micros: 0,
        history: History::EMPTY,
        health: Health::INITIAL,
    }
}

fn sealed(change: impl FnOnce(&mut EpochInput)) -> EpochOutput {
    let mut input = day();
    change(&mut input);
    seal(&input).unwrap()
}

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
fn e79_ratio_exactly_at_the_line_is_no_step_toward_deficit() {
    let mut health = Health::INITIAL;
    for _ in 0..100 {
        health = health.after(&HEALTH, Some(10_000), false).unwrap();
        assert_eq!((health.status, health.below), (Status::Normal, 0));
    }
    health = health.after(&HEALTH, Some(9_990), false).unwrap();
    assert_eq!(health.below, 1);
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

#[test]
fn average_gives_the_published_vectors() {
    let from = |bps: u64, ratio| {
        Health {
            ema_fp: Some(bps * 1_000_000),
            ..Health::INITIAL
        }
        .after(&HEALTH, Some(ratio), false)
        .unwrap()
    };
    assert_eq!(from(9_500, 1_000_000).ema_bps(), Some(10_177));
    let mut health = from(10_000, 9_750);
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(health.ema_bps().unwrap());
        health = health.after(&HEALTH, Some(9_750), false).unwrap();
    }
    assert_eq!(seen, [9_984, 9_969, 9_955, 9_941, 9_929, 9_918]);
    assert_eq!(health.ema_bps(), Some(9_907));
    let mut slow = from(9_000, 10_500);
    for _ in 0..200 {
        slow = slow.after(&HEALTH, Some(10_500), false).unwrap();
    }
    assert_eq!(slow.ema_bps(), Some(10_500));
}

#[test]
fn status_moves_with_hysteresis() {
    let day = |health: Health, ratio, short| health.after(&HEALTH, Some(ratio), short).unwrap();
    let mut health = Health::INITIAL;
    for _ in 0..6 {
        health = day(health, 9_900, false);
        assert_eq!(health.status, Status::Normal);
    }
    health = day(health, 9_900, false);
    assert_eq!((health.status, health.below), (Status::Deficit, 0));
    health = day(health, 9_900, true);
    assert_eq!(health.status, Status::Critical);
    health = day(health, 9_900, false);
    assert_eq!(health.status, Status::Deficit);
    // 20,000 lifts the average over the line at once; seven days make it Normal
    let mut days = 0;
    while health.status == Status::Deficit {
        health = day(health, 20_000, false);
        days += 1;
    }
    assert_eq!((health.status, days), (Status::Normal, 7));
    let bad = Health {
        ema_fp: Some(8_000_000_000),
        ..Health::INITIAL
    };
    assert_eq!(day(bad, 7_990, false).status, Status::Critical);
    assert_eq!(day(bad, 8_000, false).status, Status::Normal);
}

#[test]
fn divisions_and_scaling_give_the_published_vectors() {
    let mut parts = [0; 3];
    divide(
        8_787_044_692_344,
        &[3_333_333_333, 3_333_333_333, 3_333_333_334],
        &mut parts,
    )
    .unwrap();
    assert_eq!(
        parts,
        [2_929_014_897_156, 2_929_014_897_155, 2_929_014_898_033]
    );
    assert_eq!(divide(1, &[0, 0], &mut [0; 2]), Err(DivideError::NoWeight));
    assert_eq!(
        divide(1, &[1], &mut [0; 2]),
        Err(DivideError::LengthMismatch)
    );
    let mut parts = [9; 4];
    divide(3, &[0, 5, 5, 5], &mut parts).unwrap();
    assert_eq!(parts, [0, 1, 1, 1]);
    divide(2, &[0, 5, 0, 5], &mut parts).unwrap();
    assert_eq!(parts, [0, 1, 0, 1]);
}

#[test]
fn e96_obligations_above_the_cap_are_scaled_to_it() {
    let mut scaled = [0; 2];
    scale_to_cap(&[3_000_000, 2_000_000], 4_000_001, &mut scaled).unwrap();
    assert_eq!(scaled, [2_400_001, 1_600_000]);
    scale_to_cap(&[3, 2], 5, &mut scaled).unwrap();
    assert_eq!(scaled, [3, 2]);
    // such a report is accepted although the rows allow more
    let totals = ReportTotals {
        avail_usd_micros: 4_000_001,
        floors: 2,
        row_sum_usd_micros: 5_000_000,
        limit_usd_micros: 4_000_001,
    };
    assert_eq!(check_report(&totals), Ok(()));
}

#[test]
fn obligations_give_the_published_vectors() {
    assert_eq!(availability_usd_micros(50_000, 8, 60), Ok(400_000));
    assert_eq!(hire_usd_micros(300_000, 8, 60), Ok(2_400_000));
    assert_eq!(availability_usd_micros(33_333, 3, 47), Ok(78_332));
}

#[test]
fn report_is_bounded_on_both_sides() {
    let totals = ReportTotals {
        avail_usd_micros: 90,
        floors: 10,
        row_sum_usd_micros: 100,
        limit_usd_micros: 1_000,
    };
    assert_eq!(check_report(&totals), Ok(()));
    let with = |avail_usd_micros, limit_usd_micros| {
        check_report(&ReportTotals {
            avail_usd_micros,
            limit_usd_micros,
            ..totals
        })
    };
    assert_eq!(with(100, 1_000), Ok(()));
    assert_eq!(with(101, 1_000), Err(ReportError::AboveRows));
    assert_eq!(with(89, 1_000), Err(ReportError::BelowRows));
    assert_eq!(with(89, 89), Ok(()));
    assert_eq!(with(90, 89), Err(ReportError::AboveLimit));
    assert!(is_within_limits(2, 2_880, 2));
    assert!(!is_within_limits(2, 2_881, 2));
    assert!(!is_within_limits(3, 1, 2));
}

#[test]
fn auction_gives_the_published_vectors() {
    let terms = AuctionTerms {
        start_bps: -200,
        end_bps: 100,
        duration: 3_600,
    };
    let price = Price {
        p12: 150_000_000_000,
        floor12: 149_400_000_000,
        ema12: 150_000_000_000,
    };
    let at = |elapsed| bid12(&terms, &price, elapsed).unwrap();
    assert_eq!(at(-5), 146_412_000_000);
    assert_eq!(at(0), 146_412_000_000);
    assert_eq!(at(900), 147_684_000_000);
    assert_eq!(at(1_800), 148_956_000_000);
    assert_eq!(at(3_600), 151_500_000_000);
    assert_eq!(at(9_999), 151_500_000_000);
    let usdc = |io, elapsed| fill(u64::MAX, io, at(elapsed)).unwrap().usdc;
    assert_eq!(usdc(1_000_000_000_000, 1_800), 1_489_560_000);
    assert_eq!(usdc(1_234_567_890_123, 3_600), 1_870_370_353);
    // the last fill takes no more IO than the rest is worth
    assert_eq!(
        fill(1, u64::MAX, 150_000_000_000),
        Ok(Fill { io: 667, usdc: 1 })
    );
    assert!(fill(1, 1, 0).is_err());
}

#[test]
fn lots_are_capped_and_small_ones_only_the_last() {
    assert_eq!(lot(0, 100, 10), None);
    assert_eq!(lot(5, 100, 10), Some(5));
    assert_eq!(lot(500, 100, 10), Some(100));
    assert_eq!(lot(500, 100, 200), None);
    assert_eq!(lot(150, 100, 200), None);
}

#[test]
fn rates_move_by_steps_in_the_direction_of_the_status() {
    let set = |from_day, avail, hire, list| RateSet {
        from_day,
        avail_usd_micros: avail,
        hire_usd_micros: hire,
        list_usd_micros: list,
        max_processors: 9,
    };
    let first = RateHistory::EMPTY
        .with(set(10, 100, 200, 400), Status::Normal, 500, 0)
        .unwrap();
    let next = |rates, status| first.with(rates, status, 500, 0).map(|_| ());
    let too_large = Err(RateError::StepTooLarge);
    assert_eq!(next(set(17, 105, 210, 420), Status::Normal), Ok(()));
    assert_eq!(next(set(17, 106, 200, 400), Status::Normal), too_large);
    assert_eq!(next(set(17, 99, 200, 400), Status::Normal), too_large);
    assert_eq!(next(set(17, 100, 200, 380), Status::Normal), Ok(()));
    assert_eq!(next(set(17, 100, 200, 379), Status::Normal), too_large);
    assert_eq!(
        next(set(16, 100, 200, 400), Status::Normal),
        Err(RateError::TooSoon)
    );
    for status in [Status::Deficit, Status::Critical] {
        assert_eq!(next(set(17, 95, 190, 420), status), Ok(()));
        assert_eq!(next(set(17, 94, 190, 420), status), too_large);
        assert_eq!(next(set(17, 101, 190, 420), status), too_large);
        assert_eq!(next(set(17, 95, 190, 399), status), too_large);
    }
    let bounds = Err(RateError::OutOfBounds);
    let fresh = |rates| {
        RateHistory::EMPTY
            .with(rates, Status::Normal, 500, 0)
            .map(|_| ())
    };
    assert_eq!(fresh(set(10, 100, 301, 400)), bounds);
    assert_eq!(fresh(set(10, 0, 0, 0)), bounds);
    assert_eq!(fresh(set(10, 0, 0, 1)), Ok(()));
    let nobody = RateSet {
        max_processors: 0,
        ..set(10, 1, 1, 2)
    };
    assert_eq!(fresh(nobody), bounds);
}

#[test]
fn ninth_set_drops_the_oldest_only_when_no_day_needs_it() {
    let set = |from_day| RateSet {
        from_day,
        avail_usd_micros: 1,
        hire_usd_micros: 1,
        list_usd_micros: from_day,
        max_processors: 1,
    };
    let mut rates = RateHistory::EMPTY;
    for place in 0..8 {
        rates = rates
            .with(set(1_000 + 7 * place), Status::Normal, 10_000, 0)
            .unwrap();
    }
    let ninth = set(1_056);
    assert_eq!(
        rates.with(ninth, Status::Normal, 10_000, 1_006),
        Err(RateError::SetInUse)
    );
    let full = rates.with(ninth, Status::Normal, 10_000, 1_007).unwrap();
    assert_eq!(full.of_day(1_006), None);
    assert_eq!(full.of_day(1_013), Some(set(1_007)));
    assert_eq!(full.of_day(1_014), Some(set(1_014)));
    assert_eq!(full.last(), Some(ninth));
}

#[test]
fn golden_sealings_by_exact_rationals_agree() {
    const GOLDEN: &str = include_str!("../../fixtures/sealings.csv");
    let mut rows = 0;
    for line in GOLDEN.lines().skip(1) {
        let cells: Vec<u128> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let at = |place: usize| u64::try_from(cells[place]).unwrap();
        let input = EpochInput {
            mode: Mode::Ide,
            rules: EpochRules {
                order: Order::from_param(i64::try_from(cells[0]).unwrap()),
                burn_bps: u16::try_from(cells[1]).unwrap(),
                unemitted_burn_bps: u16::try_from(cells[2]).unwrap(),
                ..RULES
            },
            price: (cells[3] > 0).then_some(SealPrice {
                release12: cells[3],
                floor12: cells[4],
            }),
            ledgers: Ledgers {
                reward_io: at(5),
                fee_usdc: at(6),
                fee_io: at(7),
            },
            money: DayMoney {
                emission_io: at(8),
                revenue_usdc: at(9),
                revenue_io: at(10),
            },
            obligation_usd_micros: at(11),
            arrears_usd_micros: at(12),
            burn_due_usd_micros: at(13),
            history: History::EMPTY,
            health: Health::INITIAL,
        };
        let out = seal(&input).unwrap();
        let got = [
            out.ledgers.reward_io,
            out.ledgers.fee_usdc,
            out.ledgers.fee_io,
            out.revenue_usd_micros,
            out.paid_obligation.usd_micros,
            out.paid_obligation.io().unwrap(),
            out.paid_obligation.usdc,
            out.paid_arrears.usd_micros,
            out.paid_arrears.io().unwrap(),
            out.paid_arrears.usdc,
            out.arrears_usd_micros,
            out.surplus_usd_micros,
            out.burned_io,
            out.earmarked_usdc,
            out.burn_due_usd_micros,
            out.retired_io,
            u64::from(out.ratio_bps.unwrap_or(0)),
        ];
        let expected: Vec<u64> = (14..31).map(at).collect();
        assert_eq!(got.as_slice(), expected.as_slice(), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 600);
}

/// Any 64-bit amount, with weight on the small and on the edges.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0_u64..1_000,
        0_u64..1_000_000_000_000_000,
        any::<u64>(),
        Just(u64::MAX)
    ]
}

fn prices() -> impl Strategy<Value = Option<SealPrice>> {
    let one = prop_oneof![
        1_u128..1_000,
        1_000_000_u128..1_000_000_000_000_000,
        1_u128..=crate::price::MAX_P12
    ];
    prop::option::weighted(
        0.9,
        (one, 1_u32..=10_000).prop_map(|(p12, share)| SealPrice {
            release12: p12,
            floor12: (p12 * u128::from(share) / 10_000).max(1),
        }),
    )
}

fn inputs() -> impl Strategy<Value = EpochInput> {
    let money = (amount(), amount(), amount());
    let ledgers = (amount(), amount(), amount());
    let debts = (amount(), amount(), amount());
    let rules = (
        any::<bool>(),
        5_000_u16..=10_000,
        5_000_u16..=10_000,
        0_u16..=90,
    );
    let past = (
        prop::collection::vec((amount(), amount()), 0..40),
        0_u8..3,
        any::<bool>(),
    );
    (money, ledgers, debts, rules, past, prices()).prop_map(
        |(money, ledgers, debts, rules, past, price)| {
            let mut history = History::EMPTY;
            for (obligation, emission) in past.0 {
                history = history.with(obligation, emission).unwrap();
            }
            EpochInput {
                mode: if past.2 { Mode::Ide } else { Mode::Schedule },
                rules: EpochRules {
                    order: Order::from_param(i64::from(rules.0)),
                    burn_bps: rules.1,
                    unemitted_burn_bps: rules.2,
                    carry_days: rules.3,
                    ..RULES
                },
                price,
                ledgers: Ledgers {
                    reward_io: ledgers.0,
                    fee_usdc: ledgers.1,
                    fee_io: ledgers.2,
                },
                money: DayMoney {
                    emission_io: money.0,
                    revenue_usdc: money.1,
                    revenue_io: money.2,
                },
                obligation_usd_micros: debts.0,
                arrears_usd_micros: debts.1,
                burn_due_usd_micros: debts.2,
                history,
                health: Health {
                    status: Status::from_code(past.1).unwrap(),
                    ..Health::INITIAL
                },
            }
        },
    )
}

fn wide(values: &[u64]) -> u128 {
    values.iter().map(|value| u128::from(*value)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn sealing_conserves_and_keeps_its_promises(input in inputs()) {
        let Ok(out) = seal(&input) else {
            // only a sum that leaves 64 bits
            let m = &input.money;
            let l = &input.ledgers;
            let most = u128::from(u64::MAX);
            let price = input.price.map_or(0, |price| price.release12);
            let worth = |io: u64| u128::from(io) * price / 100_000_000_000_000 + 1;
            let fits = wide(&[l.reward_io, m.emission_io]) <= most
                && wide(&[l.fee_usdc, m.revenue_usdc]) + worth(l.fee_io) + worth(m.revenue_io)
                    + u128::from(input.burn_due_usd_micros) <= most
                && wide(&[l.fee_io, m.revenue_io]) <= most
                && wide(&[input.arrears_usd_micros, input.obligation_usd_micros]) <= most;
            prop_assert!(!fits, "refused although everything fits");
            return Ok(());
        };
        let is_ide = input.mode == Mode::Ide;
        let (h, ar0) = if is_ide {
            (input.obligation_usd_micros, input.arrears_usd_micros)
        } else {
            (0, 0)
        };
        let (a, b) = (&out.paid_obligation, &out.paid_arrears);

        // conservation of IO and USDC
        prop_assert_eq!(
            wide(&[input.ledgers.reward_io, input.money.emission_io]),
            wide(&[out.ledgers.reward_io, a.reward_io, b.reward_io, out.retired_io])
        );
        prop_assert_eq!(
            wide(&[input.ledgers.fee_usdc, input.money.revenue_usdc]),
            wide(&[out.ledgers.fee_usdc, a.usdc, b.usdc, out.earmarked_usdc])
        );
        prop_assert_eq!(
            wide(&[input.ledgers.fee_io, input.money.revenue_io]),
            wide(&[out.ledgers.fee_io, a.fee_io, b.fee_io, out.burned_io, out.carried_revenue_io])
        );

        // debts
        prop_assert!(a.usd_micros <= h && b.usd_micros <= ar0);
        if is_ide {
            prop_assert_eq!(
                u128::from(out.arrears_usd_micros),
                u128::from(ar0) - u128::from(b.usd_micros) + u128::from(out.short_usd_micros)
            );
        } else {
            prop_assert_eq!(out.arrears_usd_micros, input.arrears_usd_micros);
        }
        prop_assert_eq!(u128::from(out.short_usd_micros), u128::from(h) - u128::from(a.usd_micros));

        // I26: a shortfall means empty ledgers, below one unit of IO in value
        if out.short_usd_micros > 0 {
            prop_assert_eq!(out.ledgers.fee_usdc, 0);
            prop_assert_eq!(b.usdc, 0);
            if let Some(price) = input.price {
                let unit = |io: u64| {
                    io == 0 || u128::from(out.short_usd_micros) * 100_000_000_000_000 < price.release12
                };
                prop_assert!(unit(out.ledgers.reward_io) && unit(out.ledgers.fee_io));
            }
        }

        // the value of released IO is never above the dollars credited by more than the rounding
        if let Some(price) = input.price {
            for paid in [a, b] {
                let io = u128::from(paid.reward_io) + u128::from(paid.fee_io);
                prop_assert!(
                    u128::from(paid.usdc) + io * price.release12 / 100_000_000_000_000
                        <= u128::from(paid.usd_micros)
                );
            }
        }

        // burns: at least the share and what was carried
        let share = u128::from(out.surplus_usd_micros) * u128::from(input.rules.burn_bps);
        let burned = wide(&[out.burned_usd_micros, out.earmarked_usdc, out.burn_due_usd_micros]);
        prop_assert!(
            (burned - u128::from(input.burn_due_usd_micros)) * 10_000 >= share
        );
        prop_assert_eq!(burned, u128::from(out.burn_usd_micros));
        if out.burn_due_usd_micros > 0 {
            prop_assert_eq!(out.ledgers.fee_usdc, 0);
        }

        // retirement
        if !is_ide || out.arrears_usd_micros > 0 || input.price.is_none() {
            prop_assert_eq!(out.retired_io, 0);
        }
        if input.price.is_none() {
            prop_assert_eq!(wide(&[a.reward_io, a.fee_io, b.reward_io, b.fee_io, out.burned_io]), 0);
            prop_assert_eq!(out.health, input.health);
        }
    }

    #[test]
    fn fresh_revenue_always_covers_its_own_burn(input in inputs()) {
        // I27: nothing carried in, so nothing is carried out
        let input = EpochInput { burn_due_usd_micros: 0, ..input };
        if let Ok(out) = seal(&input) {
            if input.price.is_some() {
                prop_assert_eq!(out.burn_due_usd_micros, 0);
            }
        }
    }

    /// A supplier that hires its own device pays at least what it gets, fees apart.
    #[test]
    fn e80_own_hire_never_pays_more_than_it_costs(
        list in 1_u64..1_000_000_000,
        shares in (0_u64..=10_000, 0_u64..=10_000),
        qty in 1_u8..=64,
        minutes in 1_u32..=525_600,
    ) {
        let set = RateSet {
            from_day: 1,
            avail_usd_micros: list * shares.0 / 10_000,
            hire_usd_micros: list * shares.1 / 10_000,
            list_usd_micros: list,
            max_processors: 1,
        };
        let lawful = RateHistory::EMPTY.with(set, Status::Normal, 0, 0);
        let cost = crate::billing::line_cost_usd_micros(list, qty, minutes).unwrap();
        let gets = availability_usd_micros(set.avail_usd_micros, qty, minutes).unwrap()
            + hire_usd_micros(set.hire_usd_micros, qty, minutes).unwrap();
        if lawful.is_ok() {
            prop_assert!(gets <= cost);
        } else {
            prop_assert!(set.avail_usd_micros + set.hire_usd_micros > list);
        }
    }

    #[test]
    fn division_is_exact_and_fair(
        total in amount(),
        weights in prop::collection::vec(amount(), 1..60),
    ) {
        let mut parts = vec![0; weights.len()];
        let sum = wide(&weights);
        let result = divide(total, &weights, &mut parts);
        if sum == 0 && total > 0 {
            prop_assert_eq!(result, Err(DivideError::NoWeight));
            return Ok(());
        }
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(wide(&parts), u128::from(total));
        for (part, weight) in parts.iter().zip(&weights) {
            let floor = (u128::from(total) * u128::from(*weight)).checked_div(sum).unwrap_or(0);
            let extra = u128::from(*part) - floor;
            prop_assert!(extra <= 1 && (extra == 0 || *weight > 0));
        }
    }

    #[test]
    fn vault_never_pays_above_the_closing_bid(
        p12 in 1_000_000_u128..1_000_000_000_000_000,
        floor_bps in 9_000_u128..=10_000,
        start in -1_000_i16..=0,
        end in 0_i16..=500,
        elapsed in -10_i64..100_000,
        remaining in amount(),
        offers in prop::collection::vec(0_u64..80_000_000_000_000_000, 1..8),
    ) {
        let price = Price { p12, floor12: (p12 * floor_bps / 10_000).max(1), ema12: p12 };
        let terms = AuctionTerms { start_bps: start, end_bps: end, duration: 3_600 };
        let bid = bid12(&terms, &price, elapsed).unwrap();
        prop_assert!(bid <= p12 * u128::from(10_000 + end.unsigned_abs()) / 10_000);
        let (mut left, mut io, mut usdc) = (remaining, 0_u128, 0_u128);
        for offer in &offers {
            let filled = fill(left, *offer, bid).unwrap();
            prop_assert!(filled.io <= *offer && filled.usdc <= left);
            left -= filled.usdc;
            io += u128::from(filled.io);
            usdc += u128::from(filled.usdc);
        }
        // I23 over all fills, and no gain from slicing
        prop_assert!(usdc * 100_000_000_000_000 <= io * bid);
    }
}
