//! The upstream toolchain: set up once per machine, in the cache.
//!
//! Parts and where they come from:
//! - `rustc`, `cargo` and the standard library's sources: Debian packages `rustc-web`, `cargo-web`,
//!   `rust-web-src` (one source package, so always one version), installed in the system;
//! - LLVM 23: Debian sid, unpacked beside the system ([`debian`]);
//! - `sbpf-linker`: the crate registry ([`linker`]);
//! - a copy of the standard library's sources with two edits ([`std_source`]).
//!
//! A set-up is built in a temporary folder and renamed when it is whole, under a lock; a stamp inside
//! names the versions. A folder without a matching stamp is set up anew.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::{debian, linker, std_source};
use crate::{cache, process};

/// Raised when the steps of the set-up change, so that existing ones are redone.
const RECIPE: u32 = 1;

/// The compiler's bitcode must be readable by LLVM 23 (1.96 is the first with a fitting source
/// package) and its 128-bit ABI the one that `crates/sbpf-rt` is written for (before 1.100).
const RUSTC_MINORS: std::ops::Range<u32> = 96..100;

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// A complete set-up.
pub struct Toolchain {
    home: PathBuf,
}

impl Toolchain {
    /// The machine's toolchain, set up first when it is missing, unfinished or of other versions.
    pub fn ensure() -> Result<Self> {
        let cache = cache::dir("sbf")?;
        let _lock = cache::lock(&cache)?;
        let home = cache.join("toolchain");
        let installed = rustc_version();
        if let Some(version) = &installed
            && std_source::original().is_dir()
            && Path::new(CARGO).is_file()
            && fs::read_to_string(home.join("stamp")).is_ok_and(|found| found == stamp(version))
        {
            linker::write_wrapper(&home)?;
            return Ok(Self { home });
        }

        let started = Instant::now();
        eprintln!(
            "Setting up the toolchain for programs in {} (some minutes, once)",
            home.display()
        );
        debian::install_compiler()?;
        let version = rustc_version()
            .with_context(|| format!("{RUSTC} is missing or not of version 1.{RUSTC_MINORS:?}"))?;
        let fresh = cache.join("toolchain.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh)?;
        }
        fs::create_dir_all(&fresh)?;
        debian::fetch_llvm(&fresh.join("llvm"))?;
        linker::install(&fresh)?;
        std_source::copy_edited(&fresh.join("rust/library"))?;
        fs::write(fresh.join("stamp"), stamp(&version))?;
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::rename(&fresh, &home)?;
        process::report_step("toolchain ready", started);
        Ok(Self { home })
    }

    /// A `cargo` command that compiles for SBPF with this toolchain.
    pub fn cargo(&self) -> Command {
        // The linker's folder goes first: rustc finds the linker by name.
        let mut path = vec![self.home.join("bin")];
        if let Some(inherited) = env::var_os("PATH") {
            path.extend(env::split_paths(&inherited));
        }
        let mut cargo = Command::new(CARGO);
        process::without_cargo_environment(&mut cargo)
            .env("PATH", env::join_paths(path).unwrap_or_default())
            .env("RUSTC", RUSTC)
            // Unstable flags with the packaged compiler.
            .env("RUSTC_BOOTSTRAP", "1")
            // The standard library counts as supported here, so ordinary crates may use it.
            .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1")
            .env(
                "__CARGO_TESTS_ONLY_SRC_ROOT",
                self.home.join("rust/library"),
            )
            // Hashes in the names of the programs' artifacts too: a program as such and the same
            // program as a dependency of another (feature `cpi`) would overwrite each other, and
            // every build would compile all programs again.
            .env("__CARGO_DEFAULT_LIB_METADATA", "ion");
        cargo
    }
}

/// The packaged compiler's version text when it is one that can be used.
fn rustc_version() -> Option<String> {
    let output = Command::new(RUSTC).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let minor = text
        .strip_prefix("rustc 1.")?
        .split('.')
        .next()?
        .parse()
        .ok()?;
    RUSTC_MINORS.contains(&minor).then_some(text)
}

fn stamp(rustc_version: &str) -> String {
    format!(
        "recipe {RECIPE}\n{rustc_version}\nLLVM {}\nsbpf-linker {}\n",
        debian::LLVM_MAJOR,
        linker::VERSION
    )
}

/// Refuses with the one message that says why this machine cannot be set up and what to run instead.
pub fn refuse<T>(reason: &str, instead: &str) -> Result<T> {
    bail!(
        "programs cannot be built on this machine: {reason}\n\
         Run this, then the same command again:\n    {instead}"
    )
}

/// The way that works on every system with network access to Anza's downloads.
pub const INSTALL_ANZA: &str = "sh -c \"$(curl -sSfL https://release.anza.xyz/stable/install)\" && cargo-build-sbf --install-only";
