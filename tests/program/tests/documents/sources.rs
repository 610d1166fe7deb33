//! Test functions of the workspace, found in its sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A function with the lines of its body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// Its lines, the signature first.
    pub lines: Vec<String>,
}

/// Folders whose tests count.
const FOLDERS: [&str; 6] = [
    "tests",
    "programs",
    "crates",
    "cli",
    "offchain-scheduler",
    "migrations",
];

/// Every Rust file below the folders, by its path from the root.
pub fn files() -> BTreeMap<String, String> {
    let root = root();
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder exists") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .expect("below the root")
                    .to_string_lossy()
                    .into_owned();
                found.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

/// Functions of a file, in order; what stands outside of any is a function without a name.
pub fn functions(text: &str) -> Vec<Function> {
    let mut all = Vec::new();
    let mut is_next_test = false;
    let mut outside = Function {
        name: String::new(),
        is_test: false,
        lines: Vec::new(),
    };
    let mut current: Option<(usize, Function)> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let depth = line.len() - trimmed.len();
        if let Some((start, function)) = &mut current {
            function.lines.push(line.to_owned());
            // formatted source: a body ends with a brace at the depth of its signature
            if depth == *start && (trimmed == "}" || trimmed.starts_with("} ")) {
                all.extend(current.take().map(|(_, function)| function));
            }
            continue;
        }
        if trimmed == "#[test]" || trimmed.starts_with("#[tokio::test") {
            is_next_test = true;
        }
        match name_of(trimmed) {
            Some(name) => {
                let function = Function {
                    name,
                    is_test: std::mem::take(&mut is_next_test),
                    lines: vec![line.to_owned()],
                };
                if trimmed.ends_with('}') {
                    all.push(function);
                } else {
                    current = Some((depth, function));
                }
            }
            None => outside.lines.push(line.to_owned()),
        }
    }
    all.extend(current.map(|(_, function)| function));
    all.push(outside);
    all
}

fn name_of(line: &str) -> Option<String> {
    let mut rest = line;
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "async ", "const "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    let end = rest.find(['(', '<'])?;
    Some(rest[..end].to_owned())
}
