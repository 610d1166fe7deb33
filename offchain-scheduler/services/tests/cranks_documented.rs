//! The operators' page names every instruction that anyone may send, with its program.

use std::{collections::BTreeSet, fs, path::Path};

const PROGRAMS: [&str; 5] = ["registry", "staking", "rewards", "ide", "booking"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// `CloseOffer` as the instruction is called.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// Instructions of a program whose accounts say that anyone calls.
fn open_to_anyone(program: &str) -> BTreeSet<String> {
    let mut texts = Vec::new();
    sources(
        &root()
            .join("programs")
            .join(program)
            .join("src/instructions"),
        &mut texts,
    );
    let mut names = BTreeSet::new();
    for text in texts {
        for part in text.split("/// Caller: anyone").skip(1) {
            let after = part.split("pub struct ").nth(1).unwrap();
            let name: String = after
                .chars()
                .take_while(|letter| letter.is_alphanumeric())
                .collect();
            names.insert(snake(&name));
        }
    }
    names
}

/// Instructions that the page's table lists for a program.
fn listed(page: &str, program: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut current = "";
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let Some(name) = PROGRAMS.iter().find(|name| cells[1] == **name) {
            current = name;
        }
        if current == program && (cells[1].is_empty() || cells[1] == program) {
            names.extend(cells[2].split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    names
}

#[test]
fn page_names_every_instruction_that_anyone_may_send() {
    let page = fs::read_to_string(root().join("docs/verifier.md")).unwrap();
    let table = page.split("## Cranks").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    for program in PROGRAMS {
        let open = open_to_anyone(program);
        assert!(open.len() > 5, "{program}: {open:?}");
        let missing: Vec<_> = open.difference(&listed(table, program)).cloned().collect();
        assert!(missing.is_empty(), "{program}: {missing:?}");
    }
}
