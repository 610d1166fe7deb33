//! The route over the upstream toolchain.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Program, deploy, toolchain::Toolchain};
use crate::{
    process::{self, Show},
    workspace,
};

/// Compiler flags. LLVM's options name instructions that SBPF v3 lacks.
const RUSTFLAGS: [&str; 16] = [
    "-Zunstable-options",
    // A panic is the `abort` syscall: the machinery of messages needs writable statics.
    "-Cpanic=immediate-abort",
    // One thread: atomics are plain loads and stores.
    "-Cpasses=lower-atomic",
    "-Clink-arg=--arch=v3",
    "-Clink-arg=--deploy=false",
    // A larger frame is an error of the code generator, and so of the build.
    "-Clink-arg=--llvm-args=-bpf-stack-size=4096",
    // Inlining at link time. Measured on staking: 100 gives a fifth less bytecode than the linker's
    // default for 0.1 % more compute units; 50 gives a quarter less for 5 % more.
    "-Clink-arg=--llvm-args=-inline-threshold=100",
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

/// Builds one program and copies it to `target/deploy`. Cargo decides whether it is up to date.
pub fn build(toolchain: &Toolchain, program: &Program) -> Result<PathBuf> {
    let mut cargo = cargo(toolchain, program);
    cargo.arg("--message-format=json-render-diagnostics");
    let what = format!("build {}", program.lib);
    let messages = process::run(&mut cargo, &what, Show::Output)?;
    let built = artifact_of(&messages, program.lib)
        .with_context(|| format!("cargo names no artifact of {}", program.package))?;
    deploy(&built, program)
}

/// True when the build of `program` with `feature` fails because of the size of a stack frame.
pub fn refuses(toolchain: &Toolchain, program: &Program, feature: &str) -> Result<bool> {
    let output = cargo(toolchain, program)
        .args(["--features", feature])
        .output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    Ok(!output.status.success() && messages.contains("stack limit is exceeded"))
}

fn cargo(toolchain: &Toolchain, program: &Program) -> Command {
    let root = workspace::root();
    let flags = [&RUSTFLAGS[..], &[ALLOW_CFG]].concat().join("\x1f");
    let mut cargo = toolchain.cargo();
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
        .arg(root.join("target/sbf"))
        .args(["--package", program.package]);
    cargo
}

/// The shared object of library `lib` in cargo's JSON messages.
fn artifact_of(messages: &str, lib: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["reason"] != "compiler-artifact" || message["target"]["name"] != lib {
            return None;
        }
        message["filenames"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(PathBuf::from)
            .find(|file| file.extension().is_some_and(|extension| extension == "so"))
    })
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
        assert_eq!(artifact_of(messages, "ide"), Some("/t/libide.so".into()));
        assert_eq!(
            artifact_of(messages, "other"),
            Some("/t/libother.so".into())
        );
        assert_eq!(artifact_of(messages, "registry"), None);
    }
}
