//! `ion report`.

mod apply_device;
mod apply_work;
pub mod proof;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `report`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Applies a leaf of an attested device report; anyone may
    ApplyDevice(apply_device::ApplyDeviceArgs),
    /// Applies a leaf of an attested work report to its booking; anyone may
    ApplyWork(apply_work::ApplyWorkArgs),
}

impl ReportCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::ApplyDevice(args) => args.run(ctx),
            Self::ApplyWork(args) => args.run(ctx),
        }
    }
}
