//! `ion job`: work for a device that one has hired.

mod agent;
mod file;
mod matrix;
mod order;
mod outcome;
mod report;
mod result;
mod run;
mod status;
mod wait;
mod work;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `job`.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Orders a matrix product or a container of a hired device; the renter
    Run(Box<run::RunArgs>),
    /// How far an order is
    Status(status::StatusArgs),
    /// Waits for the end of an order and shows its result, checked
    Wait(wait::WaitArgs),
    /// Shows, checks and saves the result of an order that has ended
    Result(result::ResultArgs),
    /// Hands an order with its signed result to a verifier, which checks it
    Report(report::ReportArgs),
}

impl JobCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Run(args) => args.run(ctx),
            Self::Status(args) => args.run(ctx),
            Self::Wait(args) => args.run(ctx),
            Self::Result(args) => args.run(ctx),
            Self::Report(args) => args.run(ctx),
        }
    }
}
