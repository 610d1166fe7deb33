//! `cargo xtask build-sbf`: the programs as SBPF v3 bytecode in `target/deploy/<program>.so`.
//!
//! Two routes make the same kind of file:
//! - [`anza`]: `cargo-build-sbf` with its platform tools, taken when both are installed;
//! - [`upstream`]: an upstream `rustc`, LLVM and `sbpf-linker` from Debian's archive and the crate
//!   registry, set up once per machine by [`toolchain`].
//!
//! Each program is built on its own: two packages in one build unify their features, and a program
//! that another takes with feature `cpi` would lose its entrypoint. Each `.so` is checked
//! ([`artifact::check`]) and copied to `target/deploy` at once, before the next build.

mod anza;
mod artifact;
mod debian;
mod linker;
mod programs;
mod std_source;
mod toolchain;
mod upstream;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

pub use programs::{PROBE, PROGRAMS, Program, REWARDS_NEXT};

use crate::{process, workspace};

/// Arguments of `cargo xtask build-sbf`.
#[derive(clap::Args, Debug, Default)]
pub struct BuildArgs {
    /// Builds only this program (repeat for more): registry, staking, rewards, ide, booking
    #[arg(long, value_name = "NAME", value_parser = programs::parse)]
    program: Vec<Program>,
    /// Builds the probe program of the tests too (alone: only what is named)
    #[arg(long)]
    probe: bool,
    /// Builds the program of the upgrade drill too (alone: only what is named)
    #[arg(long)]
    upgrade: bool,
    /// Only sets the toolchain up
    #[arg(long, conflicts_with_all = ["program", "probe", "upgrade"])]
    set_up_only: bool,
}

impl BuildArgs {
    fn chosen(&self) -> Vec<Program> {
        let mut chosen = self.program.clone();
        if chosen.is_empty() && !self.probe && !self.upgrade {
            chosen.extend(PROGRAMS);
        }
        if self.probe {
            chosen.push(PROBE);
        }
        if self.upgrade {
            chosen.push(REWARDS_NEXT);
        }
        chosen
    }
}

/// Builds what the arguments name.
pub fn run(args: &BuildArgs) -> Result<()> {
    let route = Route::find()?;
    if args.set_up_only {
        return Ok(());
    }
    build(&route, &args.chosen())
}

/// Builds all programs, and those that only tests load when asked.
pub fn build_all(with_those_of_tests: bool) -> Result<()> {
    let mut programs = PROGRAMS.to_vec();
    if with_those_of_tests {
        programs.extend([PROBE, REWARDS_NEXT]);
    }
    build(&Route::find()?, &programs)
}

/// True when the probe program with one stack frame above the limit is refused by the build.
///
/// Proves that the gate for stack frames works; the refused program is deployed nowhere.
pub fn is_oversized_frame_refused() -> Result<bool> {
    match Route::find()? {
        Route::Anza(anza) => anza.refuses(&PROBE, programs::OVERSIZED_FRAME),
        Route::Upstream(toolchain) => {
            upstream::refuses(&toolchain, &PROBE, programs::OVERSIZED_FRAME)
        }
    }
}

/// The folder of the finished programs.
pub fn deploy_dir() -> PathBuf {
    workspace::root().join("target/deploy")
}

enum Route {
    Anza(anza::Anza),
    Upstream(toolchain::Toolchain),
}

impl Route {
    fn find() -> Result<Self> {
        Ok(match anza::Anza::find() {
            Some(anza) => Self::Anza(anza),
            None => Self::Upstream(toolchain::Toolchain::ensure()?),
        })
    }
}

fn build(route: &Route, programs: &[Program]) -> Result<()> {
    for program in programs {
        let started = Instant::now();
        if process::is_interactive() {
            eprintln!("    building {}", program.lib);
        }
        let built = match route {
            Route::Anza(anza) => anza.build(program)?,
            Route::Upstream(toolchain) => upstream::build(toolchain, program)?,
        };
        let size = fs::metadata(&built)?.len();
        process::report_step(
            &format!("{}.so  {size} of {} bytes", program.lib, program.max_bytes),
            started,
        );
    }
    Ok(())
}

/// Copies a checked program to its place in `target/deploy`, whole or not at all.
fn deploy(built: &Path, program: &Program) -> Result<PathBuf> {
    artifact::check(built).with_context(|| format!("program {}", program.lib))?;
    let size = fs::metadata(built)?.len();
    ensure!(
        size <= program.max_bytes,
        "program {} has {size} bytes, more than its gate of {}",
        program.lib,
        program.max_bytes
    );
    let dir = deploy_dir();
    fs::create_dir_all(&dir)?;
    let place = dir.join(format!("{}.so", program.lib));
    let fresh = dir.join(format!(".{}.so.new", program.lib));
    fs::copy(built, &fresh).with_context(|| format!("copy {}", built.display()))?;
    fs::rename(&fresh, &place)?;
    Ok(place)
}
