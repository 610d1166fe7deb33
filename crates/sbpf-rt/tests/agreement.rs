//! The runtime agrees with the host's own 128-bit arithmetic.

use proptest::prelude::*;
use sbpf_rt::{div_rem, div_rem_signed, mul};

/// Values at which limbs, digits and signs turn over, and their neighbours.
fn edges() -> Vec<u128> {
    let mut values = Vec::new();
    for bit in [0, 1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 126, 127] {
        let power = 1u128 << bit;
        values.extend([power.wrapping_sub(1), power, power.wrapping_add(1)]);
    }
    values.extend([
        u128::MAX,
        u128::MAX - 1,
        u128::from(u64::MAX) << 64,
        (u128::from(u64::MAX) << 64) | 1,
        0xffff_ffff_0000_0000_ffff_ffff_0000_0000,
        0x0000_0000_ffff_ffff_0000_0000_ffff_ffff,
        0x8000_0000_0000_0000_7fff_ffff_ffff_ffff,
        10u128.pow(12),
        10u128.pow(38),
    ]);
    values
}

/// A value of every bit length alike, so that each branch of the division is taken often.
fn any_length() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift)
}

fn assert_agrees(a: u128, b: u128) {
    assert_eq!(mul(a, b), a.wrapping_mul(b), "{a:#x} * {b:#x}");
    if b == 0 {
        return;
    }
    assert_eq!(div_rem(a, b), (a / b, a % b), "{a:#x} / {b:#x}");
    let (a, b) = (a as i128, b as i128);
    assert_eq!(
        div_rem_signed(a, b),
        (a.wrapping_div(b), a.wrapping_rem(b)),
        "{a} / {b}"
    );
}

#[test]
fn edge_values_in_all_pairs_agree_with_the_host() {
    for &a in &edges() {
        for &b in &edges() {
            assert_agrees(a, b);
        }
    }
}

#[test]
fn dividends_just_below_a_multiple_agree_with_the_host() {
    // Estimates of a quotient digit are too large exactly here.
    for &d in &edges() {
        for &q in &edges() {
            let multiple = d.wrapping_mul(q);
            assert_agrees(multiple.wrapping_sub(1), d);
            assert_agrees(multiple, d);
            assert_agrees(multiple.wrapping_add(d.wrapping_sub(1)), d);
        }
    }
}

#[test]
#[should_panic(expected = "divide by zero")]
fn zero_divisor_panics() {
    let _ = div_rem(std::hint::black_box(1), std::hint::black_box(0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn random_values_of_any_length_agree_with_the_host(a in any_length(), b in any_length()) {
        assert_agrees(a, b);
    }

    #[test]
    fn dividends_near_a_multiple_agree_with_the_host(d in any_length(), q in any_length(), off in any::<i8>()) {
        assert_agrees(d.wrapping_mul(q).wrapping_add_signed(i128::from(off)), d);
    }
}
