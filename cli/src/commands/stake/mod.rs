//! `ion stake`.

pub mod book;
mod deposit;
mod open;
mod refresh;
pub mod show;
mod unstake;
mod withdraw;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `stake`.
#[derive(Debug, Subcommand)]
pub enum StakeCommand {
    /// Creates the stake account of a device and its vault
    Open(open::OpenArgs),
    /// Deposits IO as stake of a device
    Deposit(deposit::DepositArgs),
    /// Begins the exit of the whole stake; it cools down before it can be withdrawn
    Unstake(unstake::UnstakeArgs),
    /// Withdraws stake whose cooldown is over
    Withdraw(withdraw::WithdrawArgs),
    /// Brings the stake of a device up to date; anyone may
    Refresh(refresh::RefreshArgs),
    /// Shows the stake of a device
    Show(show::ShowArgs),
}

impl StakeCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Open(args) => args.run(ctx),
            Self::Deposit(args) => args.run(ctx),
            Self::Unstake(args) => args.run(ctx),
            Self::Withdraw(args) => args.run(ctx),
            Self::Refresh(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
        }
    }
}
