//! `cargo xtask idl`: the programs' interface files, `idl/<program>.json`, from their sources.
//!
//! A program's interface is printed by tests that Anchor generates under feature `idl-build`; they
//! are compiled for the host, so neither bytecode nor a network is needed. Each interface is made in
//! a child process of this same binary, because the builder takes its settings from the environment:
//! `RUSTUP_TOOLCHAIN` must be unset (it is misread), and the target folder must be one of its own
//! (the builder sets `RUSTFLAGS`, so every crate would be compiled twice over in the common one).

use std::{env, fs, path::PathBuf, process::Command, time::Instant};

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result, bail};

use crate::{
    process::{self, Show},
    sbf::{PROGRAMS, Program},
    workspace,
};

/// Arguments of `cargo xtask idl`.
#[derive(clap::Args)]
pub struct IdlArgs {
    /// Compares with the files in place and fails when one differs
    #[arg(long)]
    check: bool,
    /// Prints the interface of one program folder (used by the command itself)
    #[arg(long, hide = true, value_name = "FOLDER")]
    print: Option<PathBuf>,
}

/// Writes or compares the interface files.
pub fn run(args: &IdlArgs) -> Result<()> {
    if let Some(folder) = &args.print {
        return print(folder.clone());
    }
    if args.check {
        let differing = differing()?;
        if !differing.is_empty() {
            bail!(
                "{} differ from the program sources; run `cargo xtask idl` and commit the result",
                differing.join(", ")
            );
        }
        return Ok(());
    }
    fs::create_dir_all(workspace::root().join("idl"))?;
    for program in &PROGRAMS {
        fs::write(place(program), generate(program)?)?;
    }
    Ok(())
}

/// The interface files that are missing or differ from what the sources give.
pub fn differing() -> Result<Vec<String>> {
    let mut differing = Vec::new();
    for program in &PROGRAMS {
        let generated = generate(program)?;
        if fs::read_to_string(place(program)).ok().as_ref() != Some(&generated) {
            differing.push(format!("idl/{}.json", program.lib));
        }
    }
    Ok(differing)
}

fn place(program: &Program) -> PathBuf {
    workspace::root()
        .join("idl")
        .join(format!("{}.json", program.lib))
}

fn generate(program: &Program) -> Result<String> {
    let started = Instant::now();
    let what = format!("interface of {}", program.lib);
    let root = workspace::root();
    let mut child = Command::new(env::current_exe()?);
    process::without_cargo_environment(&mut child)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target/idl"))
        // A program as such and as a dependency of another are kept apart; see `sbf::toolchain`.
        .env("__CARGO_DEFAULT_LIB_METADATA", "ion")
        .arg("idl")
        .arg("--print")
        .arg(root.join(program.dir));
    let json = process::run(&mut child, &what, Show::Output)?;
    process::report_step(&what, started);
    Ok(json)
}

fn print(folder: PathBuf) -> Result<()> {
    let idl = IdlBuilder::new()
        .program_path(folder.clone())
        .cargo_args(vec!["--lib".to_owned()])
        .build()
        .with_context(|| format!("build the interface of {}", folder.display()))?;
    println!("{}", serde_json::to_string_pretty(&idl)?);
    Ok(())
}
