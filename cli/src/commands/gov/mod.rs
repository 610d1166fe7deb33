//! `ion gov`.

mod accept_role;
mod cancel;
mod execute;
mod queue;
pub mod show;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `gov`.
#[derive(Debug, Subcommand)]
pub enum GovCommand {
    /// Queues a decision; the governance key
    Queue(queue::QueueArgs),
    /// Carries out a decision whose timelock is over; anyone may
    Execute(execute::ExecuteArgs),
    /// Withdraws a queued decision; governance or guardian
    Cancel(cancel::CancelArgs),
    /// Shows a decision
    Show(show::ShowArgs),
    /// Takes over a role; the key proposed for it
    AcceptRole(accept_role::AcceptRoleArgs),
}

impl GovCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Queue(args) => args.run(ctx),
            Self::Execute(args) => args.run(ctx),
            Self::Cancel(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::AcceptRole(args) => args.run(ctx),
        }
    }
}
