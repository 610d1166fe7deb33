//! `cargo xtask bench`: measurements that are kept in `docs/`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, sbf, workspace};

/// What is measured.
#[derive(clap::Subcommand)]
pub enum BenchCommand {
    /// Compute units, bytes, keys, inner instructions and heap per program instruction, written to
    /// docs/CU_BENCHMARKS.md
    Cu,
}

/// Runs the measurement.
pub fn run(command: &BenchCommand) -> Result<()> {
    match command {
        BenchCommand::Cu => compute_units(),
    }
}

fn compute_units() -> Result<()> {
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
