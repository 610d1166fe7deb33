//! Calls of the built command, away from the person's own settings and from any network.

use std::process::Output;

use assert_cmd::Command;

/// A port that refuses connections: nothing may listen below 1024 for an ordinary test, and 1 is unused.
pub const NOWHERE: &str = "http://127.0.0.1:1";

/// The command with no configuration, no home and a node that does not answer.
pub fn ion() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ion"));
    command
        .env_clear()
        .env("ION_URL", NOWHERE)
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1");
    command
}

/// Standard output as text.
#[allow(dead_code, reason = "each test binary uses its own part")]
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
#[allow(dead_code, reason = "each test binary uses its own part")]
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
