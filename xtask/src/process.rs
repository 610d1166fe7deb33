//! Child processes: run with visible progress, their output kept where it explains a failure.

use std::{
    io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};

/// What a person at a terminal sees of a child while it runs. Without a terminal its output is kept
/// back either way and printed when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// The child's own messages (cargo draws its own progress).
    Output,
    /// A spinner.
    Spinner,
}

/// True when standard error is a terminal.
pub fn is_interactive() -> bool {
    io::stderr().is_terminal()
}

/// `12.3 s` or `4 min 05 s`.
pub fn elapsed(since: Instant) -> String {
    let elapsed = since.elapsed();
    match elapsed.as_secs() {
        0..=99 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Prints one finished step with the time it took: `    fetch LLVM 23  12.3 s`.
pub fn report_step(what: &str, since: Instant) {
    eprintln!("    {what}  {}", elapsed(since));
}

/// Runs a child to its end, returns its standard output, and fails with its messages when it fails.
/// `what` names the step for the reader: "fetch LLVM 23".
pub fn run(command: &mut Command, what: &str, show: Show) -> Result<String> {
    let stream = show == Show::Output && is_interactive();
    let spinner = (show == Show::Spinner && is_interactive()).then(|| spinner(what));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(if stream {
            Stdio::inherit()
        } else {
            Stdio::piped()
        })
        .spawn()
        .with_context(|| format!("{what}: start {}", command.get_program().display()))?;
    let messages = child.stderr.take().map(|mut pipe| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).map(|_| bytes)
        })
    });
    let mut stdout = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut stdout)?;
    }
    let status = child.wait()?;
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    if !status.success() {
        if let Some(Ok(Ok(bytes))) = messages.map(|thread| thread.join()) {
            io::stderr().write_all(&bytes)?;
        }
        bail!(
            "{what}: {} ended with {status}",
            command.get_program().display()
        );
    }
    String::from_utf8(stdout).with_context(|| format!("{what}: output is not UTF-8"))
}

fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("    {spinner} {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Outcome of [`run_watched`].
pub struct Watched {
    /// Whether the child ended with exit code 0.
    pub success: bool,
    /// Every line of its standard output and standard error, colours included.
    pub lines: Vec<String>,
}

/// Runs a child, passes all its output on as it comes and returns the lines too.
pub fn run_watched(command: &mut Command, what: &str) -> Result<Watched> {
    if is_interactive() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{what}: start {}", command.get_program().display()))?;
    let err = child
        .stderr
        .take()
        .map(|pipe| thread::spawn(move || tee(pipe, &mut io::stderr())));
    let out = child.stdout.take().map(|pipe| tee(pipe, &mut io::stdout()));
    let mut lines = out.transpose()?.unwrap_or_default();
    if let Some(Ok(err)) = err.map(|thread| thread.join()) {
        lines.extend(err?);
    }
    Ok(Watched {
        success: child.wait()?.success(),
        lines,
    })
}

fn tee(from: impl Read, to: &mut impl Write) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in BufReader::new(from).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        writeln!(to, "{line}")?;
        lines.push(line);
    }
    Ok(lines)
}

/// Clears what cargo and rustup set for this process, so that a child chooses its own toolchain.
pub fn without_cargo_environment(command: &mut Command) -> &mut Command {
    for (key, _) in std::env::vars_os() {
        let Some(name) = key.to_str() else { continue };
        let of_package = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || matches!(
                name,
                "CARGO"
                    | "RUSTUP_TOOLCHAIN"
                    | "RUST_RECURSION_COUNT"
                    | "RUSTC"
                    | "RUSTC_WRAPPER"
                    | "RUSTFLAGS"
                    | "CARGO_ENCODED_RUSTFLAGS"
                    | "LD_LIBRARY_PATH"
                    | "OUT_DIR"
            );
        if of_package {
            command.env_remove(key);
        }
    }
    command
}

/// Installs Debian packages, which needs root.
///
/// Errors: when `apt-get` is missing or does not succeed.
pub fn install_packages(packages: &[&str]) -> Result<()> {
    eprintln!("Installing {}", packages.join(" "));
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]).stdout(Stdio::null());
    // A stale list may still hold the packages; the installation decides.
    let _ = update.status();
    let installed = Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status();
    ensure!(
        installed.is_ok_and(|status| status.success()),
        "{} could not be installed",
        packages.join(" ")
    );
    Ok(())
}
