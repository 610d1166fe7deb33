//! `cargo xtask bench api` and `cargo xtask bench indexer`.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::figures::Figures;
use crate::{process, sbf, workspace};

/// Longest answer of 99 in 100 requests.
const P99_MS: f64 = 100.0;
/// Transactions that are written together.
const BATCH: &str = "500";

/// Rows, readers at a time and requests of each.
pub struct Load {
    /// Rows of the list.
    pub rows: u64,
    /// Readers at a time.
    pub clients: u64,
    /// Requests of each.
    pub requests: u64,
    /// Pause of a reader between two requests, ms.
    pub pause_ms: u64,
}

/// Reads lists with many readers at a time.
pub fn api(load: &Load) -> Result<()> {
    let figures = program(
        "api-load",
        &[
            load.rows.to_string(),
            load.clients.to_string(),
            load.requests.to_string(),
            load.pause_ms.to_string(),
        ],
    )?;
    print!("{}", figures.text());
    figures.at_most("p99_ms", P99_MS)
}

/// Records a day on the real programs and indexes it until it has this many transactions.
pub fn backfill(transactions: u64) -> Result<()> {
    sbf::build_all(false)?;
    let folder = workspace::root().join("target/bench-indexer");
    std::fs::create_dir_all(&folder)?;
    let day = folder.join("day");
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .env("ION_INDEXER_RECORD_DAY", &day)
        .args([
            "test",
            "--quiet",
            "--package",
            "ion-indexer",
            "--test",
            "indexer",
        ])
        .args(["--", "--exact", "script::day_is_recorded_for_the_bench"]);
    if !cargo.status()?.success() {
        bail!("the day could not be recorded (see above)");
    }
    let figures = program(
        "backfill",
        &[
            day.display().to_string(),
            transactions.to_string(),
            BATCH.to_owned(),
        ],
    )?;
    print!("{}", figures.text());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn program(name: &str, arguments: &[String]) -> Result<Figures> {
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "ion-indexer-bench",
        ])
        .args(["--bin", name, "--"])
        .args(arguments)
        .stderr(Stdio::inherit());
    let output = cargo.output()?;
    if !output.status.success() {
        bail!("{name} failed (see above)");
    }
    let text = String::from_utf8(output.stdout).context("read the figures")?;
    Ok(Figures::of_text(text))
}
