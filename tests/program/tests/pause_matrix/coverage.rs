//! The published instructions, of which each must be a row.

use std::path::Path;

/// Instructions of genesis, which run once, before any pause can be set.
pub const GENESIS: [&str; 9] = [
    "booking.init_shard",
    "booking.initialize",
    "ide.initialize",
    "ide.initialize_engine",
    "registry.init_params",
    "registry.initialize",
    "rewards.initialize",
    "staking.init_shard",
    "staking.initialize",
];

/// Every instruction of the published interfaces.
pub fn published() -> Vec<String> {
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
