//! Errors of the five programs and the tests that provoke each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use crate::sources::{files, functions, root};

const DOCUMENT: &str = "docs/TEST_COVERAGE.md";
/// Tests named of one error; the number of the rest follows.
const NAMED: usize = 3;

/// The programs and the names of their errors.
const PROGRAMS: [(&str, &str); 5] = [
    ("registry", "RegistryError"),
    ("ide", "IdeError"),
    ("rewards", "RewardsError"),
    ("staking", "StakingError"),
    ("booking", "BookingError"),
];

/// What no test of the program provokes, and why.
const WITHOUT_TEST: &[(&str, &str)] = &[
    (
        "RegistryError::NewKeyMustSign",
        "retired: the account is a signer by its type",
    ),
    (
        "BookingError::DivisionByZero",
        "every divisor is a constant or checked before",
    ),
    (
        "BookingError::NotPayoutWallet",
        "retired: anyone may push, the destination is checked",
    ),
    (
        "BookingError::DayNotFolded",
        "retired: a day that nobody folded takes what comes",
    ),
    (
        "BookingError::ZeroMinutes",
        "the least extension and the least hire are at least one minute",
    ),
    (
        "BookingError::StakeUnreadable",
        "a stake account that decodes has a computable stake",
    ),
    (
        "IdeError::CorruptState",
        "a stored byte that no instruction writes",
    ),
    (
        "IdeError::RatesOutOfBounds",
        "the registry refuses such rates when the action is queued",
    ),
    (
        "IdeError::RootRingFull",
        "no test yet: the ring is the one of rewards, played in crates/claims",
    ),
    (
        "IdeError::GuardianVetoesSpent",
        "no test yet: the ring is the one of rewards, played in rewards/root",
    ),
    (
        "IdeError::StaleRoot",
        "no test yet: the ring is the one of rewards, played in rewards/claim",
    ),
    (
        "IdeError::HoldNotMatured",
        "no test yet: holds are those of rewards, played in rewards/forfeit",
    ),
    (
        "IdeError::WrongRecord",
        "no test yet: records are those of rewards, played in crates/claims",
    ),
    (
        "IdeError::ClaimAboveLifetime",
        "no test yet: records are those of rewards, played in rewards/claim",
    ),
    (
        "StakingError::BrokenCase",
        "a stored byte that no instruction writes",
    ),
    (
        "BookingError::MathOverflow",
        "amounts are bounded when a quote is made",
    ),
    (
        "BookingError::LedgerMismatch",
        "the escrow's ledger is checked after each step; no step breaks it",
    ),
    (
        "BookingError::CorruptState",
        "a stored byte that no instruction writes",
    ),
];

/// Variants of an error enum in the order of their numbers.
fn variants(program: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    let text = &files[&format!("programs/{program}/src/error.rs")];
    text.lines()
        .skip_while(|line| !line.starts_with("pub enum "))
        .skip(1)
        .take_while(|line| *line != "}")
        .filter_map(|line| {
            let name = line.trim().split([',', ' ', '=']).next()?;
            let is_variant = name.starts_with(|first: char| first.is_ascii_uppercase())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_variant.then(|| name.to_owned())
        })
        .collect()
}

/// The name of an error enum and what a file calls it: `use …::BookingError as E`.
fn names_of(error: &str, text: &str) -> Vec<String> {
    let renamed = format!("{error} as ");
    let aliases = text.split(&renamed).skip(1).map(|rest| {
        rest.chars()
            .take_while(|letter| letter.is_ascii_alphanumeric())
            .collect()
    });
    std::iter::once(error.to_owned()).chain(aliases).collect()
}

/// Source of the module around a file that takes all names from it.
fn glob_parent<'a>(
    file: &str,
    text: &str,
    files: &'a BTreeMap<String, String>,
) -> Option<&'a String> {
    let (folder, _) = file.rsplit_once('/')?;
    let is_glob = text.lines().any(|line| line == "use super::*;");
    ["/mod.rs", "/main.rs", ".rs"]
        .iter()
        .filter(|_| is_glob)
        .find_map(|ending| files.get(&format!("{folder}{ending}")))
}

/// What follows each `name::` of a line, where `name` is a whole word.
fn after<'a>(line: &'a str, name: &str) -> Vec<&'a str> {
    let path = format!("{name}::");
    line.match_indices(&path)
        .filter(|(at, _)| {
            let before = line[..*at].chars().next_back();
            before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && letter != '_')
        })
        .map(|(at, _)| &line[at + path.len()..])
        .collect()
}

/// `file: function` of every test that names `error::variant`, by variant.
fn mentions(error: &str, files: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files {
        let is_program_test = file.starts_with("tests/program/tests/");
        let place = file
            .trim_start_matches("tests/program/tests/")
            .trim_end_matches(".rs");
        let mut names = names_of(error, text);
        if let Some(parent) = glob_parent(file, text, files) {
            names.extend(names_of(error, parent).into_iter().skip(1));
        }
        for function in functions(text) {
            if !is_program_test && !function.is_test {
                continue;
            }
            for line in &function.lines {
                for part in names.iter().flat_map(|name| after(line, name)) {
                    let end = part
                        .find(|letter: char| !letter.is_ascii_alphanumeric())
                        .unwrap_or(part.len());
                    let name = if function.name.is_empty() {
                        place.to_owned()
                    } else {
                        format!("{place}: `{}`", function.name)
                    };
                    found
                        .entry(part[..end].to_owned())
                        .or_default()
                        .insert(name);
                }
            }
        }
    }
    found
}

/// The document, and the errors without a test.
fn render() -> (String, Vec<String>) {
    let files = files();
    let mut text = String::from(
        "# Test coverage\n\n\
         Every error of the five programs and the tests that provoke it, so every constraint and \
         every check has a test that breaks it and nothing else. Files lie in \
         `tests/program/tests` unless they are named from the root. Generated from the sources; \
         `ION_WRITE_DOCS=1 cargo test -p ion-program-tests --test documents` writes this file, and \
         the same test fails when it differs.\n",
    );
    let mut untested = Vec::new();
    for (program, error) in PROGRAMS {
        let mentioned = mentions(error, &files);
        let variants = variants(program, &files);
        let tested = variants
            .iter()
            .filter(|variant| mentioned.contains_key(*variant))
            .count();
        let _ = write!(
            text,
            "\n## {program}\n\n{tested} of {} errors are provoked by a test.\n\n\
             | Code | Error | Tests |\n|---|---|---|\n",
            variants.len()
        );
        for (code, variant) in (6_000..).zip(&variants) {
            let tests = match mentioned.get(variant) {
                Some(tests) => {
                    let mut named: Vec<&str> =
                        tests.iter().take(NAMED).map(String::as_str).collect();
                    let more = format!("and {} more", tests.len().saturating_sub(NAMED));
                    if tests.len() > NAMED {
                        named.push(&more);
                    }
                    named.join("; ")
                }
                None => {
                    let name = format!("{error}::{variant}");
                    let reason = WITHOUT_TEST
                        .iter()
                        .find(|(known, _)| *known == name)
                        .map_or("no test", |(_, reason)| *reason);
                    untested.push(name);
                    format!("— {reason}")
                }
            };
            let _ = writeln!(text, "| {code} | `{variant}` | {tests} |");
        }
    }
    (text, untested)
}

#[test]
fn coverage_document_equals_the_sources_and_no_error_is_without_a_test() {
    let (expected, untested) = render();
    let path = root().join(DOCUMENT);
    if std::env::var_os("ION_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).expect("the document can be written");
    }
    let unexpected: Vec<&String> = untested
        .iter()
        .filter(|name| WITHOUT_TEST.iter().all(|(known, _)| known != name))
        .collect();
    assert!(unexpected.is_empty(), "no test provokes {unexpected:#?}");
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{DOCUMENT} differs from the tests; run \
         `ION_WRITE_DOCS=1 cargo test -p ion-program-tests --test documents`"
    );
}
