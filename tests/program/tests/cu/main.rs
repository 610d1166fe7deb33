//! Compute units, bytes, keys and inner instructions of every instruction on the real programs,
//! against their budgets.
//!
//! `ION_CU_REPORT=FILE` writes the table there.

mod budgets;
mod flows;
mod measure;
mod report;
mod tries;

use std::{collections::BTreeSet, path::Path};

/// Instructions that only another program may call: they run inside those that call them.
const ONLY_CALLED: [&str; 7] = [
    "ide.deposit_revenue",
    "registry.block_device",
    "registry.consume_action",
    "registry.lock_devices",
    "registry.set_switch_hour",
    "registry.unblock_device",
    "registry.unlock_devices",
];

#[test]
fn every_instruction_keeps_its_budget() {
    let rows = report::rows(&flows::play());
    for row in &rows {
        println!("{row}");
    }
    if let Some(path) = std::env::var_os("ION_CU_REPORT") {
        std::fs::write(&path, report::markdown(&rows)).expect("the report can be written");
    }

    let measured: BTreeSet<_> = rows.iter().map(|row| row.instruction.as_str()).collect();
    let missing: Vec<_> = published_instructions()
        .into_iter()
        .filter(|name| !measured.contains(name.as_str()) && !ONLY_CALLED.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "not measured: {missing:?}");
    for (name, _, _) in budgets::BUDGETS {
        assert!(measured.contains(name), "budget of unmeasured {name}");
    }

    let exceeded: Vec<_> = rows
        .iter()
        .filter(|row| row.budget.is_some_and(|budget| row.worst > budget))
        .map(ToString::to_string)
        .collect();
    assert!(exceeded.is_empty(), "over budget:\n{}", exceeded.join("\n"));
}

/// Every instruction of the published interfaces.
fn published_instructions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../idl");
    let mut names = Vec::new();
    for (program, _) in ion_migrations::keys::PROGRAMS {
        let text = std::fs::read_to_string(folder.join(format!("{program}.json")))
            .expect("the interface is committed");
        let idl: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        for instruction in idl["instructions"].as_array().into_iter().flatten() {
            let name = instruction["name"].as_str().expect("it has a name");
            names.push(format!("{program}.{name}"));
        }
    }
    names
}
