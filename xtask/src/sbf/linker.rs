//! `sbpf-linker`: turns LLVM's BPF objects into SBPF ELF files.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Instant};

use anyhow::Result;

use crate::process::{self, Show};

/// The pinned version.
pub const VERSION: &str = "0.2.6";

/// What `rustc` runs as the linker.
const WRAPPER: &str = include_str!("linker.sh");

/// Installs the linker from the crate registry into `home`, with the wrapper `home/bin/sbpf-linker`.
pub fn install(home: &Path) -> Result<()> {
    let started = Instant::now();
    let what = format!("install sbpf-linker {VERSION}");
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        // Outside the checkout, so that none of its settings apply.
        .current_dir(home)
        .args([
            "install",
            "sbpf-linker",
            "--locked",
            "--version",
            &format!("={VERSION}"),
        ])
        .arg("--root")
        .arg(home.join("linker"))
        .arg("--target-dir")
        .arg(home.join("linker-build"));
    process::run(&mut cargo, &what, Show::Output)?;
    fs::remove_dir_all(home.join("linker-build"))?;
    let bin = home.join("bin");
    fs::create_dir_all(&bin)?;
    fs::rename(
        home.join("linker/bin/sbpf-linker"),
        bin.join("sbpf-linker-real"),
    )?;
    fs::remove_dir_all(home.join("linker"))?;
    write_wrapper(home)?;
    process::report_step(&what, started);
    Ok(())
}

/// Puts the wrapper of this checkout in place, unless it is there already.
pub fn write_wrapper(home: &Path) -> Result<()> {
    let wrapper = home.join("bin/sbpf-linker");
    if fs::read_to_string(&wrapper).is_ok_and(|text| text == WRAPPER) {
        return Ok(());
    }
    // Whole or not at all: another build may run it.
    let fresh = home.join("bin/sbpf-linker.new");
    fs::write(&fresh, WRAPPER)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    fs::rename(fresh, wrapper)?;
    Ok(())
}
