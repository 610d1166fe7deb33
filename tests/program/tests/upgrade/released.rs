//! Accounts of each release, kept in `tests/program/fixtures/v<N>`, and the programs of now.

use std::{collections::BTreeSet, fs, path::PathBuf};

use ion_program_tests::fixtures::{Kind, kinds, parsed};

/// Releases whose accounts may be on chain.
const RELEASES: [&str; 1] = ["v1"];

fn place(release: &str, kind: &Kind) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(release)
        .join(kind.program)
        .join(format!("{}.txt", kind.name))
}

#[test]
fn every_account_type_of_the_interfaces_is_known() {
    let known: BTreeSet<(String, String)> = kinds()
        .iter()
        .map(|kind| (kind.program.to_owned(), kind.name.to_owned()))
        .collect();
    let mut declared = BTreeSet::new();
    for program in ["registry", "staking", "rewards", "ide", "booking"] {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../idl/{program}.json"));
        let text = fs::read_to_string(&path).expect("the interface file exists");
        let idl: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        for account in idl["accounts"].as_array().expect("it names accounts") {
            let name = account["name"].as_str().expect("by name");
            declared.insert((program.to_owned(), name.to_owned()));
        }
    }
    assert_eq!(known, declared);
}

#[test]
fn accounts_of_every_release_are_read_as_they_were_and_written_back_alike() {
    for release in RELEASES {
        for kind in kinds() {
            let name = format!("{release}: {} of {}", kind.name, kind.program);
            let text = fs::read_to_string(place(release, &kind)).unwrap_or_default();
            let (data, says) = parsed(&text).unwrap_or_else(|| panic!("{name} is not kept"));
            assert!(
                data.starts_with(kind.discriminator),
                "{name}: discriminator"
            );
            let (now, back) = (kind.read)(&data).unwrap_or_else(|| panic!("{name} is unreadable"));
            assert_eq!(now, says, "{name}");
            let (used, rest) = data.split_at(back.len().min(data.len()));
            assert_eq!(used, back, "{name}: bytes");
            assert!(rest.iter().all(|byte| *byte == 0), "{name}: bytes behind");
        }
    }
}

#[test]
fn kept_accounts_are_distinct_and_hold_more_than_a_header() {
    let mut seen = BTreeSet::new();
    for kind in kinds() {
        let text = fs::read_to_string(place(RELEASES[0], &kind)).expect("it is kept");
        let (data, _) = parsed(&text).expect("it has both parts");
        let filled = data.iter().filter(|byte| **byte != 0).count();
        assert!(
            filled > 12,
            "{} of {}: {filled} bytes",
            kind.name,
            kind.program
        );
        assert!(seen.insert(data), "{} of {}", kind.name, kind.program);
    }
}
