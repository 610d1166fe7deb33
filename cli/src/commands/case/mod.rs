//! `ion case`.

mod appeal;
mod book;
pub mod evidence;
mod finish;
mod list;
mod open_day;
mod propose;
mod rule;
mod show;
mod table;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `case`.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// Lists slash cases
    List(list::ListArgs),
    /// Shows a case: what it took from whom, deadlines, and its evidence, checked
    Show(show::ShowArgs),
    /// Opens a case: moves principal into its vault; only the slasher
    Propose(Box<propose::ProposeArgs>),
    /// Opens today's limit on what cases may take; anyone may
    OpenDay(open_day::OpenDayArgs),
    /// Appeals against a case; free of charge, for all who lost something
    Appeal(appeal::AppealArgs),
    /// Rules on an appeal; only the arbiter that the case recorded when it was opened
    Rule(rule::RuleArgs),
    /// Takes a case back that nobody has appealed against; only the slasher
    Withdraw(finish::WithdrawArgs),
    /// Fixes the outcome when its time has come and burns what is to be burned; anyone may
    Finalize(finish::FinalizeArgs),
    /// Gives back what is to be given back; anyone may
    Restore(finish::RestoreArgs),
    /// Burns held rewards of a case that stands; anyone may
    BurnRewards(finish::BurnRewardsArgs),
    /// Pays the renter its part of a burn; anyone may
    PayRenter(finish::PayRenterArgs),
    /// Puts a lookup table out of use, then closes it; whoever made it
    CloseTable(table::CloseTableArgs),
    /// Moves tokens that strangers sent to a case's vault to the reward vault; anyone may
    Sweep(finish::SweepArgs),
}

impl CaseCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::List(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::Propose(args) => args.run(ctx),
            Self::OpenDay(args) => args.run(ctx),
            Self::Appeal(args) => args.run(ctx),
            Self::Rule(args) => args.run(ctx),
            Self::Withdraw(args) => args.run(ctx),
            Self::Finalize(args) => args.run(ctx),
            Self::Restore(args) => args.run(ctx),
            Self::BurnRewards(args) => args.run(ctx),
            Self::PayRenter(args) => args.run(ctx),
            Self::CloseTable(args) => args.run(ctx),
            Self::Sweep(args) => args.run(ctx),
        }
    }
}
