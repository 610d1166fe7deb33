//! `cargo xtask bench cu`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, sbf, workspace};

/// Measures every instruction and writes the report.
pub fn run() -> Result<()> {
    sbf::build_all(false)?;
    let report = workspace::root().join("docs/CU_BENCHMARKS.md");
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .env("ION_CU_REPORT", &report)
        .args([
            "test",
            "--package",
            "ion-program-tests",
            "--test",
            "cu",
            "--",
            "--nocapture",
        ]);
    if !cargo.status()?.success() {
        bail!("the measurement failed or a budget is exceeded (see above)");
    }
    println!("written: {}", report.display());
    Ok(())
}
