//! The `ion` command: stake devices, rent GPU time, run the cranks, audit the record.
//!
//! Results go to stdout, everything else to stderr. Every write goes through [`write::Write`]; amounts
//! are exact decimals ([`amount`]); errors have three parts and an exit code ([`failure`]).

mod amount;
mod args;
mod commands;
mod context;
mod failure;
mod hints;
mod output;
mod sealed;
mod settings;
mod share;
mod signer;
mod time;
mod write;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Cli, Command},
    context::Context,
    failure::{Failure, Outcome},
    output::Format,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = cli.global.format();
    let verbose = cli.global.verbose;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, format, verbose);
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(cli: Cli) -> Outcome<()> {
    if let Command::Completions(completions) = &cli.command {
        return completions.run();
    }
    let ctx = Context::new(cli.global)?;
    match cli.command {
        Command::Device(command) => command.run(&ctx),
        Command::Stake(command) => command.run(&ctx),
        Command::Offer(command) => command.run(&ctx),
        Command::CoStake(command) => command.run(&ctx),
        Command::Position(command) => command.run(&ctx),
        Command::Class(command) => command.run(&ctx),
        Command::Poll(command) => command.run(&ctx),
        Command::Report(command) => command.run(&ctx),
        Command::Gov(command) => command.run(&ctx),
        Command::Exemption(command) => command.run(&ctx),
        Command::Quote(command) => command.run(&ctx),
        Command::Schedule(command) => command.run(&ctx),
        Command::Fleet(command) => command.run(&ctx),
        Command::Booking(command) => command.run(&ctx),
        Command::Job(command) => command.run(&ctx),
        Command::Case(command) => command.run(&ctx),
        Command::Block(command) => command.run(&ctx),
        Command::Emission(command) => command.run(&ctx),
        Command::Rewards(command) => command.run(&ctx),
        Command::Supplier(command) => command.run(&ctx),
        Command::Epoch(command) => command.run(&ctx),
        Command::Ide(command) => command.run(&ctx),
        Command::Simulate(args) => args.run(&ctx),
        Command::Tne(command) => command.run(&ctx),
        Command::Audit(command) => command.run(&ctx),
        Command::Explore(command) => command.run(&ctx),
        Command::Status => commands::status::run(&ctx),
        Command::Config(command) => command.run(&ctx),
        Command::Completions(_) => Ok(()),
    }
}

fn report(failure: &Failure, format: Format, verbose: bool) {
    eprintln!("{failure}");
    if verbose {
        for line in &failure.logs {
            eprintln!("  log {line}");
        }
    }
    if matches!(format, Format::Json | Format::JsonCompact) && !failure.has_result {
        output::print_json(format, &failure.to_json());
    }
}
