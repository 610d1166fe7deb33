//! Figures that a measuring program prints as `name=value` lines.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// What an example of a package printed.
pub struct Figures(String);

impl Figures {
    /// Runs an example in the release profile. Errors: when it cannot be built or fails.
    pub fn of_example(package: &str, example: &str, arguments: &[&str]) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        process::without_cargo_environment(&mut cargo)
            .current_dir(workspace::root())
            .args(["run", "--release", "--quiet", "--package", package])
            .args(["--example", example, "--"])
            .args(arguments)
            .stderr(Stdio::inherit());
        let output = cargo.output()?;
        if !output.status.success() {
            bail!("{example} of {package} failed (see above)");
        }
        Ok(Self(String::from_utf8(output.stdout)?))
    }

    /// Lines that a program printed.
    pub fn of_text(text: String) -> Self {
        Self(text)
    }

    /// All lines as printed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// One figure. Errors: when it was not printed as a number.
    pub fn get(&self, name: &str) -> Result<f64> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .and_then(|value| value.parse().ok())
            .with_context(|| format!("no figure {name}"))
    }

    /// Fails when a figure is above its limit.
    pub fn at_most(&self, name: &str, limit: f64) -> Result<()> {
        let got = self.get(name)?;
        if got > limit {
            bail!("{name} is {got}, above its limit of {limit}");
        }
        Ok(())
    }
}
