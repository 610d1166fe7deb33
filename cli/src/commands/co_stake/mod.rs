//! `ion co-stake`.

mod advance;
mod close;
mod list;
mod unstake;
mod withdraw;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `co-stake`.
#[derive(Debug, Subcommand)]
pub enum CoStakeCommand {
    /// Lists the positions of a wallet
    List(list::ListArgs),
    /// Begins your exit from a position: a wait, then a cooldown
    Unstake(unstake::UnstakeArgs),
    /// Records that the wait of a position has passed; anyone may
    Advance(advance::AdvanceArgs),
    /// Pays a position out to its wallet when the cooldown is over; anyone may
    Withdraw(withdraw::WithdrawArgs),
    /// Closes the account of a position without money; anyone may
    Close(close::CloseArgs),
}

impl CoStakeCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Unstake(args) => args.run(ctx),
            Self::Advance(args) => args.run(ctx),
            Self::Withdraw(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
        }
    }
}
