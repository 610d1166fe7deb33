//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, one after the other.
//!
//! libFuzzer comes with its crate; the coverage counters it needs are ordinary compiler passes, so
//! the project's own toolchain is enough.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{process, workspace};

/// Counters on edges and compared values.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";
/// Memory at which a target is taken to be broken, MiB.
const MEMORY_MIB: u32 = 2_048;

/// Seconds after which one input is taken to hang a target.
const INPUT_SECONDS: u32 = 10;
/// Figures of libFuzzer's last lines: executions, executions per second, new inputs, memory in MiB.
const FIGURES: [&str; 4] = [
    "number_of_executed_units",
    "average_exec_per_sec",
    "new_units_added",
    "peak_rss_mb",
];

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
#[command(
    after_help = "Starts from fuzz/corpus/<target>. Inputs that reach new code are kept in target/fuzz/corpus, one that
breaks a target in target/fuzz/artifacts. Builds with counters first, some minutes at the first time.

Examples:
  cargo xtask fuzz
  cargo xtask fuzz --seconds 600 observations"
)]
pub struct FuzzArgs {
    /// Targets to run [default: all]
    targets: Vec<String>,
    /// Seconds per target
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Builds the targets and runs them one after the other; fails when one of them breaks.
pub fn run(args: &FuzzArgs) -> Result<()> {
    let folder = workspace::root().join("fuzz");
    let built = workspace::root().join("target/fuzz");
    let all = targets(&folder)?;
    for named in &args.targets {
        ensure!(
            all.contains(named),
            "{named} is no target; there are {}",
            all.join(", ")
        );
    }
    let wanted = if args.targets.is_empty() {
        &all
    } else {
        &args.targets
    };
    let started = Instant::now();
    let binaries = build(&folder, &built)?;
    process::report_step("build the fuzz targets", started);
    println!(
        "{:<13} {:>12} {:>10} {:>10} {:>9}  result",
        "target", "executions", "per second", "new inputs", "peak MiB"
    );
    let mut broken = Vec::new();
    for (number, target) in (1..).zip(wanted) {
        eprintln!("[{number}/{}] {target}, {} s", wanted.len(), args.seconds);
        let (figures, is_sound) = fuzz(&folder, &built, &binaries, target, args.seconds)?;
        let [executions, speed, inputs, memory] = figures;
        let result = if is_sound { "nothing found" } else { "BROKEN" };
        println!("{target:<13} {executions:>12} {speed:>10} {inputs:>10} {memory:>9}  {result}");
        if !is_sound {
            broken.push(target.as_str());
        }
    }
    ensure!(
        broken.is_empty(),
        "broken: {}; the inputs are in {}",
        broken.join(", "),
        built.join("artifacts").display()
    );
    Ok(())
}

/// Builds all targets with counters; the folder of their binaries.
fn build(folder: &Path, built: &Path) -> Result<PathBuf> {
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .env("CARGO_TARGET_DIR", built)
        // With a target named, the counters are not put into build scripts and macros.
        .args(["build", "--release", "--bins", "--target", &host]);
    if !process::is_interactive() {
        cargo.arg("--quiet");
    }
    if !cargo.status().context("start cargo")?.success() {
        bail!("the fuzz targets cannot be built (see above)");
    }
    Ok(built.join(host).join("release"))
}

/// Runs one target; its figures, and whether nothing was found. The messages of a broken one are
/// printed.
fn fuzz(
    folder: &Path,
    built: &Path,
    binaries: &Path,
    target: &str,
    seconds: u32,
) -> Result<([String; 4], bool)> {
    let corpus = built.join("corpus").join(target);
    let kept = built.join("artifacts").join(target);
    fs::create_dir_all(&corpus).context("make the folder of the corpus")?;
    fs::create_dir_all(&kept).context("make the folder of broken inputs")?;
    let output = Command::new(binaries.join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-timeout={INPUT_SECONDS}"))
        .arg(format!("-artifact_prefix={}/", kept.display()))
        .args(["-print_final_stats=1", "-verbosity=0"])
        .arg(&corpus)
        .arg(folder.join("corpus").join(target))
        .output()
        .with_context(|| format!("run {target}"))?;
    let messages = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        eprintln!("{messages}");
    }
    Ok((figures(&messages), output.status.success()))
}

/// The figures among libFuzzer's messages; a dash where one is missing.
fn figures(messages: &str) -> [String; 4] {
    FIGURES.map(|name| {
        messages
            .lines()
            .filter_map(|line| line.strip_prefix("stat::")?.split_once(':'))
            .find(|(found, _)| *found == name)
            .map_or_else(|| "-".to_owned(), |(_, value)| value.trim().to_owned())
    })
}

/// Names of the targets: the files of `fuzz/targets`.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let files = fs::read_dir(folder.join("targets")).context("list the fuzz targets")?;
    let mut names: Vec<String> = files
        .filter_map(|file| {
            let path: PathBuf = file.ok()?.path();
            Some(path.file_stem()?.to_str()?.to_owned())
        })
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_last_lines() {
        let messages = "INFO: seed\nstat::number_of_executed_units: 1048576\n\
            stat::average_exec_per_sec:     17476\nstat::peak_rss_mb:              71\n";
        assert_eq!(figures(messages), ["1048576", "17476", "-", "71"]);
    }

    #[test]
    fn every_target_is_built_and_starts_from_a_corpus() {
        let folder = workspace::root().join("fuzz");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let targets = targets(&folder).unwrap();
        assert!(targets.len() >= 13, "{targets:?}");
        for target in targets {
            let path = format!("path = \"targets/{target}.rs\"");
            assert!(manifest.contains(&path), "{target} is not in the manifest");
            let seeds = fs::read_dir(folder.join("corpus").join(&target));
            assert!(
                seeds.is_ok_and(|seeds| seeds.count() > 0),
                "{target} has no corpus"
            );
        }
    }
}
