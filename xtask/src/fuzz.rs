//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, one after the other.
//!
//! libFuzzer comes with its crate; the coverage counters it needs are ordinary compiler passes, so
//! the project's own toolchain is enough.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    process::{self, elapsed},
    workspace,
};

/// Counters on edges and compared values.
const RUSTFLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";
/// Memory at which a target is taken to be broken, MiB.
const MEMORY_MIB: u32 = 2_048;

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
#[command(
    after_help = "Starts from fuzz/corpus/<target>. Inputs that reach new code are kept in target/fuzz/corpus, one that
breaks a target in target/fuzz/artifacts.

Examples:
  cargo xtask fuzz
  cargo xtask fuzz --seconds 600 observations"
)]
pub struct FuzzArgs {
    /// Targets to run [default: all]
    targets: Vec<String>,
    /// Seconds per target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the targets and runs them; fails at the first one that breaks.
pub fn run(args: &FuzzArgs) -> Result<()> {
    let folder = workspace::root().join("fuzz");
    let built = workspace::root().join("target/fuzz");
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
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
    let mut cargo = Command::new("cargo");
    process::without_cargo_environment(&mut cargo)
        .current_dir(&folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .env("CARGO_TARGET_DIR", &built)
        // With a target named, the counters are not put into build scripts and macros.
        .args(["build", "--release", "--bins", "--quiet", "--target", &host]);
    if !cargo.status()?.success() {
        bail!("the fuzz targets cannot be built (see above)");
    }
    let artifacts = built.join("artifacts");
    for target in wanted {
        let seeds = folder.join("corpus").join(target);
        let corpus = built.join("corpus").join(target);
        let kept = artifacts.join(target);
        fs::create_dir_all(&corpus).context("make the folder of the corpus")?;
        fs::create_dir_all(&kept).context("make the folder of broken inputs")?;
        println!("=== {target}, {} s", args.seconds);
        let started = Instant::now();
        let status = Command::new(built.join(&host).join("release").join(target))
            .arg(format!("-max_total_time={}", args.seconds))
            .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
            .arg(format!("-artifact_prefix={}/", kept.display()))
            .args(["-print_final_stats=1", "-verbosity=0", "-timeout=10"])
            .arg(&corpus)
            .arg(&seeds)
            .status()
            .with_context(|| format!("run {target}"))?;
        if !status.success() {
            bail!("{target} broke; its input is in {}", kept.display());
        }
        println!("--- {target}: nothing found in {}", elapsed(started));
    }
    Ok(())
}

/// Names of the targets: the files of `fuzz/targets`.
fn targets(folder: &std::path::Path) -> Result<Vec<String>> {
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
