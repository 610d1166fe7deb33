//! `cargo xtask bench verifier`.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::{challenge, figures::Figures};
use crate::{process, workspace};

/// Devices for which the limits hold.
const DEVICES: u32 = 50_000;
/// 99 of 100 heartbeats are answered within this time.
const P99_MS: f64 = 50.0;
/// Largest resident size of the process.
const BYTES: f64 = 1_073_741_824.0;
/// Cores of processor time that the process may use.
const CORES: f64 = 2.0;

/// Loads a verifier process with heartbeats, then measures one verification at full size.
pub fn run(devices: u32, seconds: u32, cores: &str) -> Result<()> {
    build("ion-services", "ion-verifier")?;
    build("ion-test-load", "ion-load")?;
    let folder = workspace::root().join("target/release");
    let mut load = Command::new(folder.join("ion-load"));
    load.arg("--verifier")
        .arg(folder.join("ion-verifier"))
        .args(["--devices", &devices.to_string()])
        .args(["--seconds", &seconds.to_string()])
        .args(["--cores", cores])
        .stderr(Stdio::inherit());
    let output = load.output()?;
    if !output.status.success() {
        bail!("ion-load failed (see above)");
    }
    let figures = Figures::of_text(String::from_utf8(output.stdout)?);
    print!("{}", figures.text());
    if devices <= DEVICES {
        figures.at_most("p99_ms", P99_MS)?;
        figures.at_most("peak_rss_bytes", BYTES)?;
        figures.at_most("cpu_cores", CORES)?;
    }
    figures.at_most("refused", 0.0)?;
    figures.at_most("lost", 0.0)?;
    challenge::run()
}

fn build(package: &str, bin: &str) -> Result<()> {
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args(["build", "--release", "--quiet", "--package", package])
        .args(["--bin", bin]);
    if !cargo.status()?.success() {
        bail!("{bin} cannot be built (see above)");
    }
    Ok(())
}
