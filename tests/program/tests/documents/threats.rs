//! `docs/THREATS.md`: its table of classes is written from [`crate::attacks`], and every test that the rest
//! of it names exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use crate::{
    attacks::{COUNT, classes},
    sources::{files, functions, root},
};

const DOCUMENT: &str = "docs/THREATS.md";
/// Lines between which the table stands.
const BEGIN: &str = "<!-- table written by the documents test -->";
const END: &str = "<!-- end of the table -->";
/// Fewest words of a test's name; shorter ones in backticks are something else.
const WORDS: usize = 4;

fn document() -> String {
    fs::read_to_string(root().join(DOCUMENT)).expect("the document exists")
}

/// Files of every test, by its name. Those of the program tests lie in `tests/program/tests`.
fn places() -> BTreeMap<String, BTreeSet<String>> {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files() {
        let place = file
            .trim_start_matches("tests/program/tests/")
            .trim_end_matches(".rs")
            .to_owned();
        for function in functions(&text).into_iter().filter(|one| one.is_test) {
            places
                .entry(function.name)
                .or_default()
                .insert(place.clone());
        }
    }
    places
}

/// The table, and the tests that do not exist.
fn table() -> (String, Vec<String>) {
    let places = places();
    let mut missing = Vec::new();
    let mut text = String::from("| # | Class | Rule in the code | Tests |\n|---|---|---|---|\n");
    for class in classes() {
        // Files in order, and in each the tests in the order of the list.
        let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for test in class.tests {
            match places.get(*test) {
                Some(files) => {
                    for file in files {
                        by_file.entry(file).or_default().push(test);
                    }
                }
                None => missing.push(format!("class {}: {test}", class.number)),
            }
        }
        let mut column: Vec<String> = by_file
            .into_iter()
            .map(|(file, tests)| format!("{file}: `{}`", tests.join("`, `")))
            .collect();
        if !class.open.is_empty() {
            column.push(format!("no test yet: {}", class.open));
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            class.number,
            class.name,
            class.rule,
            column.join("; ")
        );
    }
    (text, missing)
}

#[test]
fn every_attack_class_is_listed_once_with_a_rule_and_a_test() {
    let numbers: Vec<usize> = classes().map(|class| class.number).collect();
    assert_eq!(numbers, (1..=COUNT).collect::<Vec<_>>());
    for class in classes() {
        assert!(!class.rule.is_empty(), "class {} has no rule", class.number);
        assert!(
            !class.tests.is_empty(),
            "class {} has no test",
            class.number
        );
        let distinct: BTreeSet<_> = class.tests.iter().collect();
        assert_eq!(distinct.len(), class.tests.len(), "class {}", class.number);
    }
}

#[test]
fn table_of_threats_equals_the_classes_and_every_test_exists() {
    let (table, missing) = table();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
    let text = document();
    let (head, rest) = text.split_once(BEGIN).expect("the table has a beginning");
    let (_, tail) = rest.split_once(END).expect("the table has an end");
    let expected = format!("{head}{BEGIN}\n\n{table}\n{END}{tail}");
    if std::env::var_os("ION_WRITE_DOCS").is_some() {
        fs::write(root().join(DOCUMENT), &expected).expect("the document can be written");
    }
    assert!(
        document() == expected,
        "{DOCUMENT} differs from the classes; run \
         `ION_WRITE_DOCS=1 cargo test -p ion-program-tests --test documents`"
    );
}

#[test]
fn every_test_that_the_document_names_exists() {
    let places = places();
    let mut missing = BTreeSet::new();
    let text = document();
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        // the last column names the tests
        let Some(column) = row.trim_end_matches(" |").rsplit(" | ").next() else {
            continue;
        };
        for name in column.split('`').skip(1).step_by(2) {
            let is_test_name = name.split('_').count() >= WORDS
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if is_test_name && !places.contains_key(name) {
                missing.insert(name.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}
