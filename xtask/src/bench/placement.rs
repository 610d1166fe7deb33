//! `cargo xtask bench placement`, `gangs` and `drill`: release builds of ion-placement-bench.

use std::{ffi::OsStr, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// The openb trace.
pub fn openb(
    data: &Path,
    seeds: u64,
    workloads: Option<&str>,
    svg: &Path,
    growth: bool,
) -> Result<()> {
    let seeds = seeds.to_string();
    let mut arguments: Vec<&OsStr> = vec!["--data".as_ref(), data.as_ref()];
    arguments.extend([OsStr::new("--seeds"), seeds.as_ref()]);
    if let Some(workloads) = workloads {
        arguments.extend([OsStr::new("--workloads"), workloads.as_ref()]);
    }
    if growth {
        arguments.push("--growth".as_ref());
    } else {
        arguments.extend([OsStr::new("--svg"), svg.as_ref()]);
    }
    run("openb", &arguments)
}

/// The Philly trace.
pub fn gangs(data: &Path, patience: u32) -> Result<()> {
    let patience = patience.to_string();
    run(
        "gangs",
        &[
            "--data".as_ref(),
            data.as_ref(),
            "--patience".as_ref(),
            patience.as_ref(),
        ],
    )
}

/// The failure drill.
pub fn drill(devices: u64, days: u64) -> Result<()> {
    let (devices, days) = (devices.to_string(), days.to_string());
    run(
        "drill",
        &[
            "--devices".as_ref(),
            devices.as_ref(),
            "--days".as_ref(),
            days.as_ref(),
        ],
    )
}

fn run(program: &str, arguments: &[&OsStr]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args(["build", "--release", "--quiet"])
        .args(["--package", "ion-placement-bench", "--bin", program]);
    if !cargo.status()?.success() {
        bail!("{program} could not be built (see above)");
    }
    let status = Command::new(workspace::root().join("target/release").join(program))
        .args(arguments)
        .status()
        .with_context(|| format!("start {program}"))?;
    if !status.success() {
        bail!("{program} failed (see above)");
    }
    Ok(())
}
