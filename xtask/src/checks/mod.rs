//! `cargo xtask test`: every check there is, one after the other, and one closing line.
//!
//! A check that fails does not stop the others, unless they need what it makes: without programs
//! there are no program tests, without programs and the local chain no end-to-end test, without
//! PostgreSQL half of the store tests, and all tests run together, so those are then counted as
//! skipped.

mod database;
mod tally;

use std::{process::Command, time::Instant};

use anyhow::{Result, bail};
use tally::Tally;

use crate::{
    demo, idl, localnet,
    process::{self, elapsed},
    sbf, workspace,
};

/// Runs all checks; fails when one of them failed.
pub fn run() -> Result<()> {
    let started = Instant::now();
    let mut checks = Checks::default();

    checks.gate("Format", || cargo_gate(&["fmt", "--all", "--check"]));
    checks.gate("Lints", || {
        cargo_gate(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ])
    });
    let programs = checks.gate("Programs", || sbf::build_all(true));
    checks.gate("Stack frames above 4096 bytes are refused", || {
        if !sbf::is_oversized_frame_refused()? {
            bail!("the build accepted a program with an oversized stack frame");
        }
        Ok(())
    });
    checks.gate("Interface files", || {
        let differing = idl::differing()?;
        if !differing.is_empty() {
            bail!(
                "{} differ from the sources: run `cargo xtask idl`",
                differing.join(", ")
            );
        }
        Ok(())
    });
    let mut chain = None;
    let local_chain = checks.gate("Local chain and services", || {
        chain = Some(localnet::ensure_built(workspace::root())?);
        demo::build_binaries()
    });

    let mut server = None;
    let has_server = checks.gate("PostgreSQL on loopback", || {
        server = Some(database::start()?);
        Ok(())
    });

    if programs && local_chain && has_server {
        for (title, arguments) in test_commands() {
            checks.tests(title, || {
                let mut cargo = Command::new("cargo");
                process::without_cargo_environment(&mut cargo)
                    .current_dir(workspace::root())
                    .args(arguments);
                if let Some(chain) = &chain {
                    cargo.env("ION_LOCALNET_BIN", chain);
                }
                if let Some(server) = &server {
                    cargo.env(ion_test_postgres::URL_VARIABLE, server.url());
                }
                process::run_watched(&mut cargo, title)
            });
        }
    } else {
        header("Tests");
        println!(
            "    skipped: they need the programs, the local chain, the services and PostgreSQL"
        );
        checks.tally.skipped += 1;
    }

    println!("\ntotal time {}", elapsed(started));
    println!("{}", checks.tally);
    if checks.tally.failed > 0 {
        bail!("failed: {}", checks.failures.join(", "));
    }
    Ok(())
}

/// All tests in one build of the workspace, so that no crate is compiled with two sets of features.
fn test_commands() -> Vec<(&'static str, &'static [&'static str])> {
    let has_nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if has_nextest {
        vec![
            (
                "Tests: unit, property, programs, end to end",
                &[
                    "nextest",
                    "run",
                    "--workspace",
                    "--config-file",
                    "xtask/nextest.toml",
                ],
            ),
            (
                "Tests: examples in the documentation",
                &["test", "--workspace", "--doc", "--quiet"],
            ),
        ]
    } else {
        vec![(
            "Tests: unit, property, programs, end to end, examples in the documentation",
            &["test", "--workspace", "--no-fail-fast"],
        )]
    }
}

fn cargo_gate(arguments: &[&str]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(workspace::root())
        .args(arguments);
    if !cargo.status()?.success() {
        bail!("cargo {} failed (see above)", arguments.join(" "));
    }
    Ok(())
}

fn header(title: &str) {
    println!("\n=== {title}");
}

#[derive(Default)]
struct Checks {
    tally: Tally,
    failures: Vec<String>,
}

impl Checks {
    /// A check that passes or fails as a whole, and counts as one.
    fn gate(&mut self, title: &str, check: impl FnOnce() -> Result<()>) -> bool {
        header(title);
        let started = Instant::now();
        let result = check();
        match &result {
            Ok(()) => self.tally.passed += 1,
            Err(error) => {
                println!("error: {error:#}");
                self.tally.failed += 1;
                self.failures.push(title.to_owned());
            }
        }
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        println!("--- {title}: {word} in {}", elapsed(started));
        result.is_ok()
    }

    /// A test runner, whose tests are counted.
    fn tests(&mut self, title: &str, run: impl FnOnce() -> Result<process::Watched>) {
        header(title);
        let started = Instant::now();
        let counted = match run() {
            Ok(watched) => {
                let mut counted = Tally::of_lines(&watched.lines);
                // A runner that fails without a failed test could not build or start them.
                if !watched.success && counted.failed == 0 {
                    counted.failed = 1;
                }
                counted
            }
            Err(error) => {
                println!("error: {error:#}");
                Tally {
                    failed: 1,
                    ..Tally::default()
                }
            }
        };
        if counted.failed > 0 {
            self.failures.push(title.to_owned());
        }
        println!("--- {title}: {counted} in {}", elapsed(started));
        self.tally += counted;
    }
}
