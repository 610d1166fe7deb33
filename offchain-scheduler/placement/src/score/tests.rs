use super::*;

#[test]
fn price_above_floor_is_exact_at_its_ends() {
    assert_eq!(above_floor(0, 7), 0);
    assert_eq!(above_floor(7, 7), 0);
    assert_eq!(above_floor(3, 2), 3_333);
    assert_eq!(above_floor(u64::MAX, 0), FULL);
}

#[test]
fn published_score_equals_the_truncated_sigmoid() {
    let policy = Policy::named("fgd").unwrap();
    let mix = Mix::default();
    let scorer = Scorer {
        policy: &policy,
        mix: &mix,
    };
    for gain_milli in -6_000i64..=6_000 {
        let (before, after) = (6_000, (6_000 - gain_milli) as u64);
        let expected = (100.0 / (1.0 + (-(gain_milli as f64) / 1_000.0).exp())).floor() as i64;
        assert_eq!(
            TOP - scorer.published_cost(before, after),
            expected,
            "{gain_milli}"
        );
    }
}
