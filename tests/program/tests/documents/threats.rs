//! Tests that docs/THREATS.md names.

use std::{collections::BTreeSet, fs};

use crate::sources::{files, functions, root};

/// Attack classes of the style guide.
const CLASSES: usize = 48;

fn document() -> String {
    fs::read_to_string(root().join("docs/THREATS.md")).expect("the document exists")
}

#[test]
fn every_attack_class_has_a_row() {
    let text = document();
    for class in 1..=CLASSES {
        let start = format!("| {class} | ");
        assert!(
            text.lines().any(|line| line.starts_with(&start)),
            "class {class} has no row"
        );
    }
}

#[test]
fn every_test_that_a_row_names_exists() {
    let tests: BTreeSet<String> = files()
        .values()
        .flat_map(|text| functions(text))
        .filter(|function| function.is_test)
        .map(|function| function.name)
        .collect();
    let mut missing = BTreeSet::new();
    let text = document();
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        // the last column names the tests
        let Some(column) = row.trim_end_matches(" |").rsplit(" | ").next() else {
            continue;
        };
        for name in column.split('`').skip(1).step_by(2) {
            let is_test_name = name.split('_').count() > 3
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if is_test_name && !tests.contains(name) {
                missing.insert(name.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}
