//! The rules beside the published interfaces.

use std::collections::BTreeSet;

use ion_indexer::project::Rules;

fn published() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for program in ["registry", "staking", "rewards", "ide", "booking"] {
        let path = format!("{}/../../idl/{program}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let idl: serde_json::Value = serde_json::from_str(&text).unwrap();
        for event in idl["events"].as_array().unwrap() {
            let name = event["name"].as_str().unwrap().to_owned();
            all.insert((program.to_owned(), name));
        }
    }
    all
}

#[test]
fn every_published_event_has_rules_and_no_other() {
    let rules = Rules::load().unwrap();
    let ruled: BTreeSet<(String, String)> = rules
        .events()
        .map(|(program, name)| (program.to_owned(), name.to_owned()))
        .collect();
    assert_eq!(ruled, published());
}
