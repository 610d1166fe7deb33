//! The route over Anza's `cargo-build-sbf`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{Program, deploy};
use crate::{
    process::{self, Show},
    workspace,
};

/// Platform tools with an older compiler cannot read the workspace's manifests (edition 2024).
const MIN_RUSTC_MINOR: u32 = 85;

/// An installed `cargo-build-sbf` whose platform tools are installed too.
pub struct Anza(());

impl Anza {
    /// Finds the tool in PATH. None when it is missing, when its platform tools have not been
    /// downloaded (it would fetch some hundred MB at the first build) or are too old.
    pub fn find() -> Option<Self> {
        let output = Command::new("cargo-build-sbf")
            .arg("--version")
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let tools = installed_tools(&text, &env::home_dir()?)?;
        (rustc_minor(&text)? >= MIN_RUSTC_MINOR && tools.is_file()).then_some(Self(()))
    }

    /// Builds one program and copies it to `target/deploy`.
    pub fn build(&self, program: &Program) -> Result<PathBuf> {
        process::run(
            &mut command(program, &[]),
            &format!("build {}", program.lib),
            Show::Output,
        )?;
        deploy(&output_dir().join(format!("{}.so", program.lib)), program)
    }

    /// True when the build of `program` with `feature` fails with a message about the stack.
    pub fn refuses(&self, program: &Program, feature: &str) -> Result<bool> {
        let output = command(program, &["--features", feature]).output()?;
        // The platform tools report an oversized frame and go on in some versions.
        let messages = String::from_utf8_lossy(&output.stderr);
        Ok(messages.contains("exceed") && messages.to_lowercase().contains("stack"))
    }
}

fn output_dir() -> PathBuf {
    workspace::root().join("target/sbf/platform-tools")
}

fn command(program: &Program, features: &[&str]) -> Command {
    let root = workspace::root();
    let mut command = Command::new("cargo-build-sbf");
    command
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target/sbf"))
        .arg("--manifest-path")
        .arg(root.join(program.dir).join("Cargo.toml"))
        .args(["--arch", "v3", "--sbf-out-dir"])
        .arg(output_dir())
        .args(features)
        // The platform tools follow upstream at a distance; the programs do without the newest.
        .args(["--", "--ignore-rust-version"]);
    process::without_cargo_environment(&mut command);
    command
}

/// Compiler of the platform tools that `cargo-build-sbf --version` names.
fn installed_tools(version_text: &str, home: &Path) -> Option<PathBuf> {
    let version = word_after(version_text, "platform-tools")?;
    Some(
        home.join(".cache/solana")
            .join(version)
            .join("platform-tools/rust/bin/rustc"),
    )
}

fn rustc_minor(version_text: &str) -> Option<u32> {
    word_after(version_text, "rustc")?
        .split('.')
        .nth(1)?
        .parse()
        .ok()
}

fn word_after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(word)?.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "solana-cargo-build-sbf 3.1.0\nplatform-tools v1.52\nrustc 1.89.0\n";

    #[test]
    fn version_text_names_tools_and_compiler() {
        assert_eq!(rustc_minor(VERSION), Some(89));
        assert_eq!(
            installed_tools(VERSION, Path::new("/home/dev")),
            Some("/home/dev/.cache/solana/v1.52/platform-tools/rust/bin/rustc".into())
        );
    }

    #[test]
    fn unknown_version_text_is_not_taken() {
        assert_eq!(rustc_minor("cargo-build-sbf 1.0"), None);
        assert_eq!(installed_tools("", Path::new("/")), None);
    }
}
