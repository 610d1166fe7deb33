//! The schedule and the claims of block rewards without a network.

mod call;

use call::{ion, stderr, stdout};
use serde_json::Value;

#[test]
fn schedule_sums_to_the_cap_to_the_unit() {
    let output = ion()
        .args(["emission", "schedule", "--output", "json-compact"])
        .output()
        .expect("run ion");
    assert!(output.status.success(), "{}", stderr(&output));
    let value: Value = serde_json::from_str(&stdout(&output)).expect("one object");
    let months = value["schedule"].as_array().expect("months");
    assert_eq!(months.len(), 240);
    let units = |month: &Value| -> u64 {
        let text = month["emission"]["amount"].as_str().expect("an amount");
        text.parse().expect("base units")
    };
    assert_eq!(
        months.iter().map(units).sum::<u64>(),
        30_000_000_000_000_000
    );
    assert_eq!(units(&months[0]), 333_333_333_333_333);
    assert_eq!(months[19]["utc_month"], "2026-02");
    assert_eq!(months[19]["blocks"], 672);
    assert_eq!(months[239]["through_month"]["amount"], "30000000000000000");
}

#[test]
fn schedule_as_csv_has_a_row_per_month_and_as_text_a_chart() {
    let csv = ion()
        .args([
            "emission", "schedule", "--from", "24", "--months", "2", "--output", "csv",
        ])
        .output()
        .expect("run ion");
    let lines: Vec<String> = stdout(&csv).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        "month,utc_month,emission,blocks,first_block,through_month"
    );
    assert!(
        lines[1].starts_with("24,2026-06,263611340770333,720,366126862181,"),
        "{}",
        lines[1]
    );
    let text = ion()
        .args(["emission", "schedule", "--months", "2"])
        .output()
        .expect("run ion");
    let text = stdout(&text);
    assert!(text.contains("300000000 IO"), "{text}");
    assert!(text.contains("2024-08"), "{text}");
    assert!(text.contains(&"#".repeat(48)), "{text}");
}

#[test]
fn rewards_without_a_store_say_how_to_name_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key.json");
    let bytes: Vec<String> = solana_keypair::Keypair::new()
        .to_bytes()
        .iter()
        .map(u8::to_string)
        .collect();
    std::fs::write(&key, format!("[{}]", bytes.join(","))).expect("a key");
    let output = ion()
        .args(["rewards", "show", "--keypair"])
        .arg(&key)
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--store"), "{}", stderr(&output));
}
