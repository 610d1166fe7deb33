//! The route over the upstream toolchain.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Program, artifact, deploy, deploy_dir, toolchain::Toolchain};
use crate::{
    process::{self, Show},
    workspace,
};

/// Compiler flags. LLVM's options name instructions that SBPF v3 lacks.
const RUSTFLAGS: [&str; 15] = [
    "-Zunstable-options",
    // A panic is the `abort` syscall: the machinery of messages needs writable statics.
    "-Cpanic=immediate-abort",
    // One thread: atomics are plain loads and stores.
    "-Cpasses=lower-atomic",
    "-Clink-arg=--arch=v3",
    "-Clink-arg=--deploy=false",
    // A larger frame is an error of the code generator, and so of the build.
    "-Clink-arg=--llvm-args=-bpf-stack-size=4096",
    "-Clink-arg=--llvm-args=--bpf-max-stores-per-memfunc=5",
    "-Clink-arg=--llvm-args=--disable-gotox",
    "-Clink-arg=--llvm-args=--disable-ldsx",
    "-Clink-arg=--llvm-args=--disable-movsx",
    "-Clink-arg=--llvm-args=--disable-bswap",
    "-Ctarget-cpu=v4",
    "-Ctarget-feature=+allows-misaligned-mem-access",
    "--cfg=target_os=\"solana\"",
    "--cfg=target_feature=\"static-syscalls\"",
];

/// The standard library knows the target as "zkvm" (one thread, no system); that `target_os` is
/// "solana" is added by flag, which the compiler would otherwise refuse.
const ALLOW_CFG: &str = "-Aexplicit_builtin_cfgs_in_flags";

/// Builds one program and copies it to `target/deploy`.
///
/// Cargo decides whether it is up to date. A program that is keeps its copy; when that is missing and
/// cargo's own artifact was emptied by the build of a dependent program, it is compiled again.
pub fn build(toolchain: &Toolchain, program: &Program) -> Result<PathBuf> {
    let (built, is_fresh) = compile(toolchain, program)?;
    if is_fresh {
        if is_deployed_unchanged(program) {
            return Ok(deploy_dir().join(format!("{}.so", program.lib)));
        }
        if artifact::check(&built).is_err() {
            forget(program)?;
            let (built, _) = compile(toolchain, program)?;
            return deploy_recorded(&built, program);
        }
    }
    deploy_recorded(&built, program)
}

/// True when the build of `program` with `feature` fails because of the size of a stack frame.
pub fn refuses(toolchain: &Toolchain, program: &Program, feature: &str) -> Result<bool> {
    let output = cargo(toolchain, program)?
        .args(["--features", feature])
        .output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    Ok(!output.status.success() && messages.contains("stack limit is exceeded"))
}

fn compile(toolchain: &Toolchain, program: &Program) -> Result<(PathBuf, bool)> {
    let mut cargo = cargo(toolchain, program)?;
    cargo.arg("--message-format=json-render-diagnostics");
    let messages = process::run(&mut cargo, &format!("build {}", program.lib), Show::Output)?;
    artifact_of(&messages, program.lib)
        .with_context(|| format!("cargo names no artifact of {}", program.package))
}

fn cargo(toolchain: &Toolchain, program: &Program) -> Result<Command> {
    let root = workspace::root();
    let flags = [&RUSTFLAGS[..], &[ALLOW_CFG]].concat().join("\x1f");
    let mut cargo = toolchain.cargo()?;
    cargo
        .current_dir(root)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .args([
            "build",
            "--release",
            "-Zjson-target-spec",
            "-Zbuild-std=std",
        ])
        .arg("--target")
        .arg(root.join("xtask/sbpf-solana.json"))
        .arg("--target-dir")
        .arg(target_dir())
        .args(["--package", program.package]);
    Ok(cargo)
}

fn target_dir() -> PathBuf {
    workspace::root().join("target/sbf")
}

/// The shared object of library `lib` in cargo's JSON messages, and whether it was up to date.
fn artifact_of(messages: &str, lib: &str) -> Option<(PathBuf, bool)> {
    messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" || message["target"]["name"] != lib {
            return None;
        }
        let file = message["filenames"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .find(|file| {
                Path::new(file)
                    .extension()
                    .is_some_and(|extension| extension == "so")
            })?;
        Some((PathBuf::from(file), message["fresh"].as_bool()?))
    })
}

/// Where the hash of the deployed copy is kept, written when cargo compiled the program.
fn record(program: &Program) -> PathBuf {
    target_dir().join("deployed").join(program.lib)
}

fn deploy_recorded(built: &Path, program: &Program) -> Result<PathBuf> {
    let place = deploy(built, program)?;
    let record = record(program);
    if let Some(dir) = record.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(record, sha256(&place)?)?;
    Ok(place)
}

fn is_deployed_unchanged(program: &Program) -> bool {
    let place = deploy_dir().join(format!("{}.so", program.lib));
    match (sha256(&place), fs::read_to_string(record(program))) {
        (Ok(found), Ok(recorded)) => found == recorded,
        _ => false,
    }
}

fn sha256(path: &Path) -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs::read(path)?)))
}

/// Makes cargo forget that it compiled the program.
fn forget(program: &Program) -> Result<()> {
    let fingerprints = target_dir().join("sbpf-solana/release/.fingerprint");
    let prefix = format!("{}-", program.package);
    let mut forgotten = false;
    for dir in fs::read_dir(&fingerprints)? {
        let dir = dir?;
        if dir.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_dir_all(dir.path())?;
            forgotten = true;
        }
    }
    ensure!(
        forgotten,
        "no record of {} in {}",
        program.package,
        fingerprints.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifact_is_found_among_the_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/libother.so"],"fresh":true}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"ide"},"filenames":["/t/libide.rlib","/t/libide.so"],"fresh":false}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            artifact_of(messages, "ide"),
            Some(("/t/libide.so".into(), false))
        );
        assert_eq!(
            artifact_of(messages, "other"),
            Some(("/t/libother.so".into(), true))
        );
        assert_eq!(artifact_of(messages, "registry"), None);
    }
}
