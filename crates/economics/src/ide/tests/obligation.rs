//! Obligations, their cap, and the check of a report.

use super::*;

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
