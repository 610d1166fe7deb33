//! The project's own commands: `cargo xtask <command>`.
//!
//! Everything a contributor or a build server does goes through here, so both do the same:
//! programs to bytecode, interface files, the local chain, the demo, all checks.

mod bench;
mod cache;
mod checks;
mod demo;
mod fuzz;
mod idl;
mod localnet;
mod process;
mod sbf;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, checks and shows Ion", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the programs to SBPF v3 bytecode: target/deploy/<program>.so
    BuildSbf(sbf::BuildArgs),
    /// Writes idl/<program>.json from the program sources
    Idl(idl::IdlArgs),
    /// Runs every check there is
    Test,
    /// Measures
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Feeds every decoder of outside bytes with made-up input, one minute each
    Fuzz(fuzz::FuzzArgs),
    /// Starts the local chain with everything deployed
    Localnet(localnet::LocalnetArgs),
    /// Sets everything up and runs the story from stake to earnings
    Demo {
        /// Passed on to the demo; `cargo xtask demo -- --help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::BuildSbf(args) => sbf::run(&args),
        Command::Idl(args) => idl::run(&args),
        Command::Test => checks::run(),
        Command::Bench(command) => bench::run(&command),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Localnet(args) => localnet::run(workspace::root(), &args),
        Command::Demo { args } => demo::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
