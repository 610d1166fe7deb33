use proptest::prelude::*;

use super::*;

fn line(parts: &[(u32, u64)]) -> Segments {
    let mut segments = Segments::EMPTY;
    for (minutes, amount) in parts {
        segments
            .push(Segment {
                minutes: *minutes,
                amount: *amount,
                hire_q: 0,
            })
            .unwrap();
    }
    segments
}

/// Rate 4.98 USD per hour, 2,880 minutes.
fn vector() -> Segments {
    line(&[(2_880, line_cost_usd_micros(4_980_000, 1, 2_880).unwrap())])
}

#[test]
fn cost_of_a_line_rounds_up_once() {
    assert_eq!(line_cost_usd_micros(4_980_000, 1, 2_880), Ok(239_040_000));
    assert_eq!(line_cost_usd_micros(1, 1, 1), Ok(1));
    assert_eq!(line_cost_usd_micros(1_000_001, 1, 100), Ok(1_666_669));
    assert_eq!(line_cost_usd_micros(0, 64, 60), Ok(0));
    assert_eq!(
        line_cost_usd_micros(u64::MAX, 64, u32::MAX),
        Err(BillingError::Math(MathError::Overflow))
    );
}

#[test]
fn natural_ending_follows_the_vectors() {
    for (served, run, refund, billed) in [
        (0, 0, 234_060_000, 4_980_000),
        (30, 30, 234_060_000, 4_980_000),
        (60, 60, 234_060_000, 4_980_000),
        (1_440, 1_440, 119_520_000, 119_520_000),
        (2_879, 2_879, 83_000, 238_957_000),
        (2_880, 2_880, 0, 239_040_000),
        (20, 60, 237_380_000, 1_660_000),
    ] {
        assert_eq!(
            end_natural(&vector(), served, run, 60),
            Ok(Ending {
                billed,
                refund,
                reservation_refund: 0
            }),
            "served {served} of {run}"
        );
    }
}

#[test]
fn extension_is_given_back_before_the_first_purchase() {
    let segments = line(&[(2_880, 239_040_000), (1_440, 130_000_000)]);
    for (served, refund, billed) in [
        (1_000, 286_040_000, 83_000_000),
        (2_000, 203_040_000, 166_000_000),
        (3_000, 119_166_666, 249_873_334),
    ] {
        let ending = end_natural(&segments, served, served, 60).unwrap();
        assert_eq!((ending.refund, ending.billed), (refund, billed));
    }
}

#[test]
fn billing_does_not_drift_over_records() {
    let segments = line(&[(4_000, 99_999_999)]);
    assert_eq!(segments.billed(1_440), Ok(36_000_000));
    assert_eq!(segments.billed(2_880), Ok(72_000_000));
    assert_eq!(segments.billed(4_000), Ok(99_999_999));
    assert_eq!(segments.billed(0), Ok(0));
    assert_eq!(segments.billed(4_001), Err(BillingError::MinutesAboveHired));
    assert_eq!(
        segments.refund_lifo(4_001),
        Err(BillingError::MinutesAboveHired)
    );
}

#[test]
fn supplier_fault_follows_the_vectors() {
    for (served, kept, billed, refund, reservation, gross, vault) in [
        (40, 0, 0, 239_040_000, 597_600, 0, 0),
        (1_439, 0, 114_457_000, 124_583_000, 311_457, 0, 114_457_000),
        (
            2_000,
            1_440,
            161_020_000,
            78_020_000,
            195_050,
            119_520_000,
            41_500_000,
        ),
    ] {
        assert_eq!(
            end_fault(&vector(), kept, served, 60, 597_600, 0),
            Ok(Fault {
                ending: Ending {
                    billed,
                    refund,
                    reservation_refund: reservation
                },
                supplier_gross: gross,
                vault_part: vault
            })
        );
    }
    assert_eq!(
        end_fault(&vector(), 41, 40, 60, 0, 0),
        Err(BillingError::MinutesFell)
    );
}

#[test]
fn ruling_cuts_the_record_s_own_increase() {
    assert_eq!(ruling_cut(&vector(), 0, 1_440, 700), Ok(61_420_000));
    assert_eq!(ruling_cut(&vector(), 0, 1_440, 1_440), Ok(0));
    assert_eq!(
        ruling_cut(&vector(), 0, 700, 701),
        Err(BillingError::MinutesFell)
    );
    let (first, second) = (
        vector().billed(1_440).unwrap(),
        vector().billed(2_880).unwrap(),
    );
    assert_eq!(first - 61_420_000, 58_100_000);
    assert_eq!(second - first, 119_520_000);
}

#[test]
fn silence_bills_the_last_record_and_returns_the_reservation_in_proportion() {
    assert_eq!(
        end_unreported(&vector(), 0, 597_600),
        Ok(Ending {
            billed: 0,
            refund: 239_040_000,
            reservation_refund: 597_600
        })
    );
    assert_eq!(
        end_unreported(&vector(), 1_440, 597_600),
        Ok(Ending {
            billed: 119_520_000,
            refund: 119_520_000,
            reservation_refund: 298_800
        })
    );
    assert_eq!(
        end_unreported(&line(&[(60, 0)]), 0, 5).map(|ending| ending.reservation_refund),
        Ok(5)
    );
}

#[test]
fn first_hour_is_billed_less_the_minutes_not_served() {
    assert_eq!(natural_minutes(2_880, 0, 60, 60), Ok(0));
    assert_eq!(natural_minutes(2_880, 59, 60, 60), Ok(59));
    assert_eq!(natural_minutes(30, 10, 10, 60), Ok(30));
    assert_eq!(natural_minutes(2_880, 100, 2_880, 60), Ok(100));
    assert_eq!(natural_minutes(60, 10, 10, 0), Ok(10));
    assert_eq!(
        natural_minutes(60, 61, 61, 60),
        Err(BillingError::MinutesAboveHired)
    );
    assert_eq!(
        natural_minutes(60, 11, 10, 60),
        Err(BillingError::MinutesAboveHired)
    );
}

#[test]
fn purchases_merge_only_at_exactly_equal_terms() {
    let mut segments = line(&[(60, 600)]);
    segments
        .push(Segment {
            minutes: 120,
            amount: 1_200,
            hire_q: 0,
        })
        .unwrap();
    assert_eq!(segments.items().count(), 1);
    assert_eq!((segments.hired(), segments.compute()), (Ok(180), Ok(1_800)));
    segments
        .push(Segment {
            minutes: 60,
            amount: 600,
            hire_q: 1,
        })
        .unwrap();
    assert_eq!(segments.items().count(), 2);
    for amount in [1, 2] {
        segments
            .push(Segment {
                minutes: 60,
                amount,
                hire_q: 0,
            })
            .unwrap();
    }
    assert_eq!(segments.items().count(), MAX_SEGMENTS);
    let further = Segment {
        minutes: 60,
        amount: 3,
        hire_q: 0,
    };
    assert_eq!(segments.push(further), Err(BillingError::TooManySegments));
    assert_eq!(
        Segments::from_items([Segment {
            minutes: 0,
            ..further
        }]),
        Err(BillingError::ZeroMinutes)
    );
}

#[test]
fn hire_counts_minutes_in_the_purchase_they_fall_into() {
    let segments = Segments::from_items([
        Segment {
            minutes: 100,
            amount: 1,
            hire_q: 600,
        },
        Segment {
            minutes: 100,
            amount: 1,
            hire_q: 59,
        },
    ])
    .unwrap();
    assert_eq!(segments.hire_usd_micros(2, 0, 60), Ok(1_200));
    assert_eq!(segments.hire_usd_micros(1, 90, 110), Ok(100 + 9));
    assert_eq!(segments.hire_usd_micros(1, 50, 50), Ok(0));
    assert_eq!(
        segments.hire_usd_micros(1, 51, 50),
        Err(BillingError::MinutesFell)
    );
    assert_eq!(
        segments.hire_usd_micros(1, 0, 201),
        Err(BillingError::MinutesAboveHired)
    );
}

fn purchases() -> impl Strategy<Value = Segments> {
    prop::collection::vec(
        (1u32..200_000, 0u64..2_000_000_000_000_000, 0u64..10_000_000),
        1..=4,
    )
    .prop_map(|parts| {
        Segments::from_items(parts.into_iter().map(|(minutes, amount, hire_q)| Segment {
            minutes,
            amount,
            hire_q,
        }))
        .unwrap()
    })
}

/// The refund computed minute by minute in exact rationals per purchase: the slow reference.
fn reference_refund(segments: &Segments, minutes: u32) -> u64 {
    let mut left = minutes;
    let mut out = 0u128;
    for segment in segments.items().rev() {
        let mut taken = 0u32;
        while left > 0 && taken < segment.minutes {
            let step = left.min(segment.minutes - taken).min(997);
            taken += step;
            left -= step;
        }
        out += u128::from(segment.amount) * u128::from(taken) / u128::from(segment.minutes);
    }
    u64::try_from(out).unwrap()
}

proptest! {
    #[test]
    fn billed_is_monotone_and_ends_at_the_compute(segments in purchases(), a in 0u32..800_000, b in 0u32..800_000) {
        let hired = segments.hired().unwrap();
        let (low, high) = (a.min(b).min(hired), a.max(b).min(hired));
        prop_assert!(segments.billed(low).unwrap() <= segments.billed(high).unwrap());
        prop_assert_eq!(segments.billed(0).unwrap(), 0);
        prop_assert_eq!(segments.billed(hired).unwrap(), segments.compute().unwrap());
    }

    #[test]
    fn refund_equals_the_reference(segments in purchases(), minutes in 0u32..800_000) {
        let minutes = minutes.min(segments.hired().unwrap());
        prop_assert_eq!(segments.refund_lifo(minutes).unwrap(), reference_refund(&segments, minutes));
    }

    #[test]
    fn billed_and_refunded_are_the_compute(segments in purchases(), served in 0u32..800_000, gap in 0u32..5_000, reservation in 0u64..1_000_000_000) {
        let hired = segments.hired().unwrap();
        let run = (served + gap).min(hired);
        let served = served.min(run);
        let compute = segments.compute().unwrap();
        let natural = end_natural(&segments, served, run, 60).unwrap();
        prop_assert_eq!(natural.billed + natural.refund, compute);
        prop_assert!(natural.billed >= segments.billed(served).unwrap());
        let silent = end_unreported(&segments, served, reservation).unwrap();
        prop_assert_eq!(silent.billed + silent.refund, compute);
        prop_assert!(silent.reservation_refund <= reservation);
        let fault = end_fault(&segments, served / 2, served, 60, reservation, 0).unwrap();
        prop_assert_eq!(fault.ending.billed + fault.ending.refund, compute);
        prop_assert_eq!(fault.supplier_gross + fault.vault_part, fault.ending.billed);
    }

    #[test]
    fn later_purchase_leaves_earlier_minutes_as_billed(segments in purchases(), minutes in 0u32..200_000, added in 1u32..100_000, amount in 0u64..1_000_000_000_000) {
        prop_assume!(segments.items().count() < MAX_SEGMENTS);
        let minutes = minutes.min(segments.hired().unwrap());
        let before = segments.billed(minutes).unwrap();
        let mut extended = segments;
        extended.append(Segment { minutes: added, amount, hire_q: 3 }).unwrap();
        prop_assert_eq!(extended.billed(minutes).unwrap(), before);
    }

    #[test]
    fn hire_never_exceeds_the_whole(segments in purchases(), cut in 0u32..800_000, qty in 1u8..=64) {
        let hired = segments.hired().unwrap();
        let cut = cut.min(hired);
        let parts = segments.hire_usd_micros(qty, 0, cut).unwrap() + segments.hire_usd_micros(qty, cut, hired).unwrap();
        prop_assert!(parts <= segments.hire_usd_micros(qty, 0, hired).unwrap());
    }
}
