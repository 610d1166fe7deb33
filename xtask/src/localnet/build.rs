//! Builds the chain's binary once per machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::{AGAVE_VERSION, BINARY, VALIDATOR, WORKSPACE};
use crate::{cache, process};

/// Builds the local chain's binary unless the machine has it already, and returns its path.
///
/// Visible progress is cargo's own. Two builds at once wait for each other.
pub fn ensure_built(root: &Path) -> Result<PathBuf> {
    let workspace = root.join(WORKSPACE);
    let cache = cache::dir(WORKSPACE)?;
    let key = build_key(&workspace)?;
    let binary = cache.join("bin").join(&key).join(BINARY);
    if binary.is_file() {
        return Ok(binary);
    }

    let _held = cache::lock(&cache)?;
    if binary.is_file() {
        return Ok(binary);
    }

    ensure_build_tools()?;
    let target = cache.join("target");
    eprintln!(
        "Building the local chain once for this machine (about 900 crates; 6 to 15 minutes on 2 cores) into {}",
        cache.display()
    );
    let started = Instant::now();
    let status = process::without_cargo_environment(&mut Command::new("cargo"))
        .args(["build", "--release", "--locked"])
        .current_dir(&workspace)
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .context("run cargo")?;
    ensure!(
        status.success(),
        "the local chain does not build (cargo's message is above)"
    );
    eprintln!("Built the local chain in {} s", started.elapsed().as_secs());

    // Under the final name only when complete: another process may look at any moment.
    let folder = cache.join("bin").join(&key);
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let partial = folder.join(format!("{BINARY}.partial"));
    fs::copy(target.join("release").join(BINARY), &partial).context("copy the binary")?;
    fs::rename(&partial, &binary).context("put the binary in place")?;
    Ok(binary)
}

/// What the chain's C dependencies are built with.
const DEBIAN_PACKAGES: [&str; 3] = ["build-essential", "pkg-config", "libssl-dev"];

/// Installs the C compiler and the OpenSSL headers where they are missing and can be installed.
fn ensure_build_tools() -> Result<()> {
    let answers = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    };
    if answers("cc", &["--version"]) && answers("pkg-config", &["--exists", "openssl"]) {
        return Ok(());
    }
    process::install_packages(&DEBIAN_PACKAGES).with_context(|| {
        format!(
            "the local chain needs a C compiler, pkg-config and the OpenSSL headers; run this as \
             root: apt-get install {}",
            DEBIAN_PACKAGES.join(" ")
        )
    })
}

/// Hash of all that the binary depends on, 16 hexadecimal digits.
fn build_key(workspace: &Path) -> Result<String> {
    let compiler = Command::new("rustc")
        .arg("-vV")
        .current_dir(workspace)
        .output()
        .context("run rustc")?;
    ensure!(compiler.status.success(), "rustc -vV failed");
    let mut hash = Sha256::new();
    hash.update(&compiler.stdout);

    let mut files = vec![workspace.join("Cargo.toml"), workspace.join("Cargo.lock")];
    collect_sources(&workspace.join("src"), &mut files)?;
    files.sort();
    for file in files {
        let name = file
            .strip_prefix(workspace)
            .unwrap_or(&file)
            .to_string_lossy()
            .into_owned();
        let content = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        // Lengths first, so that no two lists of files give the same bytes.
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(&content);
    }
    Ok(hex::encode(&hash.finalize()[..8]))
}

fn collect_sources(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect_sources(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// The test validator from PATH, else from the cache, else built when `build` says so.
pub fn ensure_validator(build: bool) -> Result<PathBuf> {
    let installed = cache::dir("agave")?.join(AGAVE_VERSION);
    let cached = installed.join("bin").join(VALIDATOR);
    let in_path = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(VALIDATOR))
            .find(|file| file.is_file())
    });
    if let Some(found) = in_path.or_else(|| cached.is_file().then(|| cached.clone())) {
        return Ok(found);
    }
    ensure!(
        build,
        "{VALIDATOR} is not in PATH. Install the Agave tools (release {AGAVE_VERSION}), or let this command build \
         them: cargo xtask localnet --engine agave --build-engine (about 30 minutes on 2 cores; needs libclang-dev, \
         protobuf-compiler and libudev-dev). The default engine needs neither: cargo xtask localnet"
    );
    eprintln!(
        "Building {VALIDATOR} {AGAVE_VERSION} into {} (about 30 minutes on 2 cores)",
        installed.display()
    );
    let status = process::without_cargo_environment(&mut Command::new("cargo"))
        .args([
            "install",
            "agave-validator",
            "--locked",
            "--bin",
            VALIDATOR,
            "--version",
        ])
        .arg(format!("={AGAVE_VERSION}"))
        .arg("--root")
        .arg(&installed)
        .env("CARGO_TARGET_DIR", cache::dir("agave")?.join("target"))
        .status()
        .context("run cargo install")?;
    ensure!(
        status.success(),
        "{VALIDATOR} does not build; it needs libclang-dev, protobuf-compiler and libudev-dev"
    );
    Ok(cached)
}
