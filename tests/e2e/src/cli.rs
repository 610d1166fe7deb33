//! The `ion` command as a user runs it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Runs `ion` against one cluster and reads its JSON.
pub struct Cli {
    binary: PathBuf,
    url: String,
    key_dir: PathBuf,
}

impl Cli {
    /// `binary` is the built command; key files are named by wallet in `key_dir`.
    pub fn new(binary: &Path, url: &str, key_dir: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            url: url.to_owned(),
            key_dir: key_dir.to_owned(),
        }
    }

    /// Path of a wallet's key file.
    pub fn key_file(&self, wallet: &str) -> PathBuf {
        self.key_dir.join(format!("{wallet}.json"))
    }

    /// Runs a command signed by a wallet, without a question, and returns the object it prints.
    ///
    /// Errors: exit code other than 0, with what the command said.
    pub fn run(&self, wallet: &str, arguments: &[&str]) -> Result<Value> {
        let output = self
            .command(wallet, arguments)
            .output()
            .context("run ion")?;
        if !output.status.success() {
            bail!(
                "ion {} ended with {}:\n{}{}",
                arguments.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
        }
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("ion {} printed no JSON", arguments.join(" ")))
    }

    /// Runs a command that must be refused and returns its exit code and what it said.
    ///
    /// Errors: it succeeded.
    pub fn refused(&self, wallet: &str, arguments: &[&str]) -> Result<(i32, String)> {
        let output = self
            .command(wallet, arguments)
            .output()
            .context("run ion")?;
        if output.status.success() {
            bail!("ion {} succeeded and should not have", arguments.join(" "));
        }
        let said = [output.stdout, output.stderr].concat();
        Ok((
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&said).into_owned(),
        ))
    }

    fn command(&self, wallet: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args([
                "--url",
                &self.url,
                "--output",
                "json-compact",
                "--yes",
                "--keypair",
            ])
            .arg(self.key_file(wallet))
            .args(arguments)
            .env_remove("ION_CONFIG")
            .env_remove("ION_URL")
            .env_remove("ION_KEYPAIR");
        command
    }
}
