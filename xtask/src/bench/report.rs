//! `cargo xtask bench report`.

use anyhow::Result;

use super::figures::Figures;
use crate::workspace;

/// Devices for which the limits hold.
const DEVICES: u64 = 350_000;
/// Longest time of a report.
const SECONDS: f64 = 10.0;
/// Largest resident size of a report.
const BYTES: f64 = 1_073_741_824.0;

/// Measures in two processes, so that making the input does not count.
pub fn run(devices: u64, verifiers: u64) -> Result<()> {
    let example = |arguments: &[&str]| Figures::of_example("ion-report", "hour", arguments);
    let folder = workspace::root().join("target/bench-report");
    let folder = folder.display().to_string();
    example(&[
        "make",
        &folder,
        &devices.to_string(),
        &verifiers.to_string(),
    ])?;
    println!("{devices} devices, {verifiers} verifiers, one thread:");
    let figures = example(&["build", &folder]);
    std::fs::remove_dir_all(&folder)?;
    let figures = figures?;
    print!("{}", figures.text());
    if devices <= DEVICES {
        figures.at_most("total_seconds", SECONDS)?;
        figures.at_most("peak_rss_bytes", BYTES)?;
    }
    Ok(())
}
