//! The command line without a network: help, parsing, amounts, errors, exit codes.

mod call;

use call::{ion, stderr, stdout};
use serde_json::Value;

#[test]
fn help_of_every_command_has_an_example() {
    let mut seen = 0;
    let mut open = vec![Vec::<String>::new()];
    while let Some(path) = open.pop() {
        let output = ion().args(&path).arg("--help").output().expect("run ion");
        assert!(output.status.success(), "{path:?}");
        let text = stdout(&output);
        let children = subcommands(&text);
        if children.is_empty()
            && path != ["status"]
            && path
                .first()
                .is_none_or(|noun| noun != "gov" || path.len() < 3)
        {
            assert!(text.contains("Example"), "no example in {path:?}:\n{text}");
        }
        seen += 1;
        for child in children {
            let mut longer = path.clone();
            longer.push(child);
            open.push(longer);
        }
    }
    assert!(seen > 75, "{seen} commands");
}

fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn unknown_command_is_a_usage_error() {
    let output = ion().arg("bond").output().expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("bond"));
}

#[test]
fn amount_with_too_many_decimals_is_a_usage_error_in_three_parts() {
    let key = "11111111111111111111111111111111";
    let output = ion()
        .args(["stake", "deposit", key, "1.123456789"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.starts_with("error: the amount cannot be read"),
        "{text}"
    );
    assert!(
        text.contains("why:  \"1.123456789\" has more than 8 decimals, which is all that IO has"),
        "{text}"
    );
    assert!(
        text.contains("next: give whole units like 12.5, or base units with --raw"),
        "{text}"
    );
}

#[test]
fn raw_amount_with_a_point_is_a_usage_error() {
    let key = "11111111111111111111111111111111";
    let output = ion()
        .args(["stake", "deposit", key, "1.5", "--raw"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn failure_with_json_output_is_one_object_on_stdout() {
    let key = "11111111111111111111111111111111";
    let output = ion()
        .args(["stake", "deposit", key, "1,5", "--output", "json-compact"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["error"]["exit_code"], 2);
    assert_eq!(value["error"]["what"], "the amount cannot be read");
    assert!(value["error"]["next"].is_string());
}

#[test]
fn key_that_is_none_is_a_usage_error() {
    let output = ion()
        .args(["device", "show", "not-a-key"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is no public key"));
}

#[test]
fn id_that_is_none_is_a_usage_error() {
    let output = ion()
        .args(["booking", "show", "abc"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("32 hex digits"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn unknown_parameter_is_a_usage_error_before_any_call() {
    let output = ion()
        .args(["gov", "queue", "set-param", "no_such", "1"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no_such"));
}

#[test]
fn parameter_out_of_bounds_is_a_usage_error_before_any_call() {
    let output = ion()
        .args(["gov", "queue", "set-param", "quote_ttl", "-1"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("quote_ttl is "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn price_in_io_without_the_oracle_is_a_usage_error() {
    let key = "11111111111111111111111111111111";
    let output = ion()
        .args([
            "quote",
            "create",
            key,
            "--renter",
            key,
            "--minutes",
            "3h",
            "--currency",
            "io",
        ])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--price-update"));
}

#[test]
fn node_that_does_not_answer_is_an_rpc_error() {
    let output = ion().arg("status").output().expect("run ion");
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("next: start a local chain"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn dry_run_and_print_only_exclude_each_other() {
    let output = ion()
        .args(["epoch", "open", "1", "--dry-run", "--print-only"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn completions_of_each_shell_name_the_nouns() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = ion()
            .args(["completions", shell])
            .output()
            .expect("run ion");
        assert!(output.status.success());
        let text = stdout(&output);
        assert!(
            text.contains("booking") && text.contains("stake"),
            "{shell}"
        );
    }
}
