//! `cargo xtask demo`: everything built, then the story from stake to earnings.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{self as std_process, Command},
    time::Instant,
};

use anyhow::{Context, Result};

use crate::{
    localnet,
    process::{self, Show},
    sbf, workspace,
};

/// Builds what the demo needs, then becomes the demo: its exit code is this process's.
pub fn run(args: &[OsString]) -> Result<()> {
    let started = Instant::now();
    eprintln!("Programs");
    sbf::build_all(false)?;
    eprintln!("Local chain");
    let chain = localnet::ensure_built(workspace::root())?;
    eprintln!("Services and command line");
    build_binaries()?;
    process::report_step("everything built", started);
    let status = Command::new(binary("ion-demo"))
        .args(args)
        .current_dir(workspace::root())
        .env("ION_LOCALNET_BIN", chain)
        .status()
        .context("start the demo")?;
    std_process::exit(status.code().unwrap_or(1));
}

/// Builds every binary of the workspace, in the profile that the tests use too.
pub fn build_binaries() -> Result<()> {
    let started = Instant::now();
    let what = "build services and command line";
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args(["build", "--workspace", "--bins"]);
    process::run(&mut cargo, what, Show::Output)?;
    process::report_step(what, started);
    Ok(())
}

fn binary(name: &str) -> PathBuf {
    workspace::root().join("target/debug").join(name)
}
