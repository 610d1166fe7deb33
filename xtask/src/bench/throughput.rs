//! `cargo xtask bench throughput`: bookings per second and SOL per booking on the local chain.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{localnet, process, sbf, workspace};

/// Builds what the measurement needs and runs it.
pub fn run(bookings: usize, devices: usize) -> Result<()> {
    sbf::build_all(false)?;
    let chain = localnet::ensure_built(workspace::root())?;
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args(["build", "--quiet"])
        .args(["--package", "ion-e2e", "--bin", "ion-throughput"])
        .args(["--package", "ion-cli", "--bin", "ion"])
        .args(["--package", "ion-migrations", "--bin", "ion-migrate"]);
    if !cargo.status()?.success() {
        bail!("the measurement could not be built (see above)");
    }
    let status = Command::new(workspace::root().join("target/debug/ion-throughput"))
        .current_dir(workspace::root())
        .env("ION_LOCALNET_BIN", chain)
        .args(["--bookings", &bookings.to_string()])
        .args(["--devices", &devices.to_string()])
        .status()
        .context("start the measurement")?;
    if !status.success() {
        bail!("the measurement failed or a limit is exceeded (see above)");
    }
    Ok(())
}
