//! The average, the status and the rates it allows.

use super::*;
use std::vec::Vec;

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
