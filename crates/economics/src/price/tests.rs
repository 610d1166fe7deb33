use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_780_000_000;
const GUARD: PriceGuard = PriceGuard {
    max_age: 60,
    max_future: 30,
    max_conf_bps: 200,
    conf_k: 2,
};

fn reading() -> OracleReading {
    OracleReading {
        price: 15_000_000,
        conf: 30_000,
        exponent: -8,
        publish_time: NOW,
        ema_price: 15_000_000,
        full: true,
    }
}

fn fault(change: impl FnOnce(&mut OracleReading)) -> Option<PriceFault> {
    let mut changed = reading();
    change(&mut changed);
    match check(&changed, &GUARD, NOW) {
        Ok(_) => None,
        Err(PriceError::Unusable(fault)) => Some(fault),
        Err(PriceError::Math(error)) => panic!("{error:?}"),
    }
}

#[test]
fn usable_reading_gives_the_published_vector() {
    assert_eq!(
        check(&reading(), &GUARD, NOW),
        Ok(Price {
            p12: 150_000_000_000,
            floor12: 149_400_000_000,
            ema12: 150_000_000_000,
        })
    );
}

#[test]
fn confidence_is_usable_at_its_bound_and_not_above() {
    assert_eq!(fault(|r| r.conf = 300_000), None);
    assert_eq!(fault(|r| r.conf = 300_001), Some(PriceFault::TooUncertain));
    let wide = PriceGuard {
        max_conf_bps: 10_000,
        conf_k: 5,
        ..GUARD
    };
    let mut edge = reading();
    edge.conf = 3_000_000;
    assert_eq!(
        check(&edge, &wide, NOW),
        Err(PriceError::Unusable(PriceFault::TooUncertain))
    );
    edge.conf = 2_999_999;
    assert_eq!(check(&edge, &wide, NOW).map(|p| p.floor12), Ok(50_000));
}

#[test]
fn age_and_future_are_usable_at_their_bounds_only() {
    assert_eq!(fault(|r| r.publish_time = NOW - 60), None);
    assert_eq!(
        fault(|r| r.publish_time = NOW - 61),
        Some(PriceFault::Stale)
    );
    assert_eq!(fault(|r| r.publish_time = NOW + 30), None);
    assert_eq!(
        fault(|r| r.publish_time = NOW + 31),
        Some(PriceFault::FromFuture)
    );
    assert_eq!(
        fault(|r| r.publish_time = i64::MIN),
        Some(PriceFault::Stale)
    );
}

#[test]
fn unverified_zero_negative_and_odd_exponents_are_unusable() {
    assert_eq!(fault(|r| r.full = false), Some(PriceFault::NotVerified));
    assert_eq!(fault(|r| r.price = 0), Some(PriceFault::NotPositive));
    assert_eq!(fault(|r| r.price = -1), Some(PriceFault::NotPositive));
    assert_eq!(fault(|r| r.price = i64::MIN), Some(PriceFault::NotPositive));
    for exponent in [1, -13, i32::MAX, i32::MIN] {
        assert_eq!(fault(|r| r.exponent = exponent), Some(PriceFault::Exponent));
    }
    let fine = |r: &mut OracleReading, exponent| {
        r.exponent = exponent;
        r.price = 1_000_000;
        r.conf = 0;
    };
    assert_eq!(fault(|r| fine(r, 0)), None);
    assert_eq!(fault(|r| fine(r, -12)), None);
}

#[test]
fn price_and_confidence_above_the_limit_are_unusable() {
    let at = |price: i64, conf: u64| {
        fault(|r| {
            r.exponent = 0;
            r.price = price;
            r.conf = conf;
        })
    };
    assert_eq!(at(1_000_000, 0), None);
    assert_eq!(at(1_000_001, 0), Some(PriceFault::TooLarge));
    assert_eq!(at(1_000_000, 1_000_001), Some(PriceFault::TooLarge));
    assert_eq!(at(i64::MAX, u64::MAX), Some(PriceFault::TooLarge));
}

#[test]
fn average_is_optional_for_a_price_and_demanded_by_its_check() {
    let with_ema = |ema_price| {
        let price = check(
            &OracleReading {
                ema_price,
                ..reading()
            },
            &GUARD,
            NOW,
        )
        .unwrap();
        check_average(&price, 1_000)
    };
    let far = Err(PriceError::Unusable(PriceFault::FarFromAverage));
    assert_eq!(with_ema(15_000_000), Ok(()));
    // 15 / ema within 10 %: ema from 13.636… to 16.666…
    assert_eq!(with_ema(13_636_363), far);
    assert_eq!(with_ema(13_636_364), Ok(()));
    assert_eq!(with_ema(16_666_666), Ok(()));
    assert_eq!(with_ema(16_666_667), far);
    for none in [0, -1, i64::MAX] {
        assert_eq!(with_ema(none), far);
    }
}

#[test]
fn negative_guards_and_extreme_times_are_errors() {
    let overflow = Err(PriceError::Math(MathError::Overflow));
    for guard in [
        PriceGuard {
            max_conf_bps: -1,
            ..GUARD
        },
        PriceGuard {
            conf_k: -1,
            ..GUARD
        },
    ] {
        assert_eq!(check(&reading(), &guard, NOW), overflow);
    }
    assert_eq!(check(&reading(), &GUARD, i64::MAX), overflow);
    assert_eq!(check(&reading(), &GUARD, i64::MIN), overflow);
}

#[test]
fn conversions_give_the_published_vectors() {
    const P: u128 = 150_000_000_000;
    let usd = UsdMicros::from_base_units;
    let io = Io::from_base_units;
    assert_eq!(
        usd_to_io_floor(usd(10_000_000_000), P),
        Ok(io(6_666_666_666_666))
    );
    assert_eq!(usd_to_io_floor(usd(1), P), Ok(io(666)));
    assert_eq!(usd_to_io_ceil(usd(1), P), Ok(io(667)));
    assert_eq!(io_to_usd_floor(io(1), P), Ok(usd(0)));
    assert_eq!(io_to_usd_ceil(io(1), P), Ok(usd(1)));
    assert_eq!(
        usd_to_io_ceil(usd(239_040_000), 149_700_000_000),
        Ok(io(159_679_358_718))
    );
    assert_eq!(usd_to_io_floor(usd(1), 0), Err(MathError::DivisionByZero));
    assert_eq!(usd_to_io_floor(usd(u64::MAX), 1), Err(MathError::Overflow));
    assert_eq!(
        io_to_usd_ceil(io(u64::MAX), MAX_P12),
        Err(MathError::Overflow)
    );
}

#[test]
fn golden_conversions_by_exact_rationals_agree() {
    const GOLDEN: &str = include_str!("../../fixtures/prices.csv");
    let mut rows = 0;
    for line in GOLDEN.lines().skip(1) {
        let mut cells = line.split(',');
        let mut next = || cells.next().unwrap();
        let p12: u128 = next().parse().unwrap();
        let amount: u64 = next().parse().unwrap();
        let (usd, io) = (
            UsdMicros::from_base_units(amount),
            Io::from_base_units(amount),
        );
        let results = [
            usd_to_io_floor(usd, p12).map(Io::base_units),
            usd_to_io_ceil(usd, p12).map(Io::base_units),
            io_to_usd_floor(io, p12).map(UsdMicros::base_units),
            io_to_usd_ceil(io, p12).map(UsdMicros::base_units),
        ];
        for result in results {
            let expected = next().parse::<u64>().map_err(|_| MathError::Overflow);
            assert_eq!(result, expected, "{line}");
        }
        rows += 1;
    }
    assert_eq!(rows, 500);
}

proptest! {
    #[test]
    fn round_trip_never_gains(amount in 0_u64..80_000_000_000_000_000, p12 in 1_u128..=MAX_P12) {
        if let Ok(value) = io_to_usd_floor(Io::from_base_units(amount), p12) {
            let back = usd_to_io_floor(value, p12).unwrap();
            prop_assert!(back.base_units() <= amount);
        }
        if let Ok(owed) = usd_to_io_ceil(UsdMicros::from_base_units(amount), p12) {
            if let Ok(worth) = io_to_usd_ceil(owed, p12) {
                prop_assert!(worth.base_units() >= amount);
            }
        }
    }

    #[test]
    fn floors_and_ceilings_differ_by_at_most_one(amount in 0_u64..1_000_000_000_000, p12 in 1_000_000_u128..=MAX_P12) {
        let usd = UsdMicros::from_base_units(amount);
        let low = usd_to_io_floor(usd, p12).unwrap().base_units();
        let high = usd_to_io_ceil(usd, p12).unwrap().base_units();
        prop_assert!(high - low <= 1);
        let is_exact = (u128::from(amount) * K).is_multiple_of(p12);
        prop_assert_eq!(high == low, is_exact);
    }
}
