//! Co-staking commands without a network: help, parsing, refusals before any call.

mod call;

use call::{ion, stderr, stdout};
use serde_json::Value;

const DEVICE: &str = "11111111111111111111111111111111";

/// Leaves with the flags that make each call complete.
const CALLS: &[&[&str]] = &[
    &["offer", "list"],
    &["offer", "create", DEVICE, "800", "--share", "25"],
    &["offer", "show", DEVICE],
    &["offer", "retract", DEVICE],
    &["offer", "accept", DEVICE],
    &["offer", "close", DEVICE],
    &["co-stake", "list", "--wallet", DEVICE],
    &["co-stake", "unstake", DEVICE],
    &["co-stake", "advance", DEVICE, "--seq", "1"],
    &["co-stake", "withdraw", DEVICE, "--seq", "1"],
    &["co-stake", "close", DEVICE, "--seq", "1"],
    &["position", "show", DEVICE, "--seq", "1"],
    &["stake", "refresh", DEVICE],
];

#[test]
fn complete_calls_get_as_far_as_the_node() {
    for call in CALLS {
        let output = ion().args(*call).output().expect("run ion");
        assert_eq!(
            output.status.code(),
            Some(3),
            "{call:?} {}",
            stderr(&output)
        );
    }
}

#[test]
fn help_of_every_command_has_a_co_staking_example() {
    for call in CALLS {
        let output = ion()
            .args(&call[..2])
            .arg("--help")
            .output()
            .expect("run ion");
        assert!(output.status.success(), "{call:?}");
        let text = stdout(&output);
        let example = format!("ion {} {}", call[0], call[1]);
        assert!(
            text.contains(" of co-staking:") && text.contains(&example),
            "{call:?}\n{text}"
        );
    }
}

#[test]
fn help_of_offers_states_formula_window_and_what_is_missing() {
    for verb in ["list", "show"] {
        let output = ion()
            .args(["offer", verb, "--help"])
            .output()
            .expect("run ion");
        let text = stdout(&output)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(
            text.contains("floor(average reward of the device per block x share / 100 %)"),
            "{text}"
        );
        assert!(text.contains("last 168 blocks (7 days)"), "{text}");
        assert!(text.contains("not available: no blocks yet"), "{text}");
    }
}

#[test]
fn every_order_is_accepted_and_another_is_a_usage_error() {
    for order in ["share", "amount", "reliability", "class"] {
        let output = ion()
            .args(["offer", "list", "--sort", order, "--reverse"])
            .output()
            .expect("run ion");
        assert_eq!(output.status.code(), Some(3), "{order}");
    }
    let output = ion()
        .args(["offer", "list", "--sort", "age"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("reliability"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn filters_are_read_before_any_call() {
    for (flag, value, why) in [
        ("--min-amount", "1.123456789", "more than 8 decimals"),
        ("--max-amount", "1,5", "is not a decimal number"),
        ("--min-share", "101", "is above 100 %"),
        ("--min-reliability", "9.999", "has more than 2 decimals"),
        ("--class", "70000", "70000"),
    ] {
        let output = ion()
            .args(["offer", "list", flag, value])
            .output()
            .expect("run ion");
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(stderr(&output).contains(why), "{flag}: {}", stderr(&output));
    }
}

#[test]
fn empty_range_of_amounts_is_a_usage_error() {
    let output = ion()
        .args(["offer", "list", "--min-amount", "2", "--max-amount", "1"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--min-amount is above --max-amount"));
}

#[test]
fn offer_without_a_share_is_a_usage_error() {
    let output = ion()
        .args(["offer", "create", DEVICE, "800"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--share"));
}

#[test]
fn share_that_is_none_is_a_usage_error_in_three_parts() {
    let output = ion()
        .args(["offer", "create", DEVICE, "800", "--share", "a quarter"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.starts_with("error: the share cannot be read"),
        "{text}"
    );
    assert!(text.contains("why:  \"a quarter\" is no share"), "{text}");
    assert!(
        text.contains("next: give percent like 12.5, or basis points with --raw"),
        "{text}"
    );
}

#[test]
fn accepting_unasked_needs_the_terms() {
    let full = ["--seq", "3", "--amount", "800", "--share", "25"];
    for missing in 0..3 {
        let named = full
            .chunks(2)
            .enumerate()
            .filter(|(index, _)| *index != missing)
            .flat_map(|(_, flag)| flag);
        let output = ion()
            .args(["offer", "accept", DEVICE, "-y"])
            .args(named)
            .output()
            .expect("run ion");
        assert_eq!(
            output.status.code(),
            Some(2),
            "without {}",
            full[2 * missing]
        );
        assert!(
            stderr(&output).contains("with -y nobody sees the terms"),
            "{}",
            stderr(&output)
        );
    }
    let output = ion()
        .args(["offer", "accept", DEVICE, "-y"])
        .args(full)
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn accepting_unasked_without_terms_fails_as_one_json_object() {
    let output = ion()
        .args(["offer", "accept", DEVICE, "-y", "--output", "json-compact"])
        .output()
        .expect("run ion");
    let value: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(value["error"]["exit_code"], 2);
    assert_eq!(value["error"]["what"], "the terms are not named");
}

#[test]
fn position_is_named_by_number_or_by_wallet() {
    let output = ion()
        .args(["position", "show", DEVICE, "--seq", "1", "--wallet", DEVICE])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    let output = ion()
        .args(["position", "show", DEVICE, "--wallet", "nobody"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is no public key"));
}
