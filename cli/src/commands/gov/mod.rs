//! `ion gov`.

mod accept_role;
mod cancel;
pub mod change;
mod close;
mod execute;
mod list;
mod pause;
pub mod propose;
pub mod show;
mod terms;
mod veto;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `gov`.
#[derive(Debug, Subcommand)]
pub enum GovCommand {
    /// Queues a decision; the governance key
    #[command(visible_alias = "queue")]
    Propose(propose::ProposeArgs),
    /// Carries out a decision whose timelock is over; anyone may
    Execute(execute::ExecuteArgs),
    /// Withdraws a queued decision; governance or guardian
    Cancel(cancel::CancelArgs),
    /// Shows a decision and what it would change
    Show(show::ShowArgs),
    /// Lists decisions
    List(list::ListArgs),
    /// Returns the rent of a finished decision to its payer; anyone may
    Close(close::CloseArgs),
    /// Takes back the proposal of a role's next holder; governance or guardian
    RetractRole(accept_role::RetractRoleArgs),
    /// Stops an entry for a while; the guardian
    Pause(pause::PauseArgs),
    /// Opens a stopped entry; guardian or governance
    Unpause(pause::PauseArgs),
    /// Takes a root of rewards or payouts out of use before it matures; guardian or governance
    Veto(veto::VetoArgs),
    /// Takes over a role; the key proposed for it
    AcceptRole(accept_role::AcceptRoleArgs),
}

impl GovCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Propose(args) => args.run(ctx),
            Self::Execute(args) => args.run(ctx),
            Self::Cancel(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::List(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
            Self::RetractRole(args) => args.run(ctx),
            Self::Pause(args) => args.set(ctx),
            Self::Unpause(args) => args.clear(ctx),
            Self::Veto(args) => args.run(ctx),
            Self::AcceptRole(args) => args.run(ctx),
        }
    }
}
