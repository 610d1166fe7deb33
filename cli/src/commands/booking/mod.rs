//! `ion booking`.

mod create;
mod dispute;
mod earn;
mod extend;
mod list;
mod pay;
mod phase;
mod record;
mod refund;
pub mod show;
mod sweep;
mod watch;

use clap::Subcommand;

use crate::{context::Context, failure::Outcome};

/// Verbs of `booking`.
#[derive(Debug, Subcommand)]
pub enum BookingCommand {
    /// Books a quote
    Create(create::CreateArgs),
    /// Pays a booking, and locks its devices if there are at most four
    Pay(pay::PayArgs),
    /// Locks the devices of a funded booking; anyone may
    Lock(pay::LockArgs),
    /// Cancels a booking before its start; the renter
    Cancel(phase::CancelArgs),
    /// Ends a booking that was not paid, locked or started in time; anyone may
    Expire(phase::ExpireArgs),
    /// Starts a paid booking; the scheduler
    Start(phase::StartArgs),
    /// Adds minutes to a running booking and pays them; renter and payer
    Extend(extend::ExtendArgs),
    /// Disputes a work record; the renter
    Challenge(dispute::ChallengeArgs),
    /// Rules on a disputed work record; the arbiter
    Rule(dispute::RuleArgs),
    /// Ends a running booking now; the renter
    Terminate(phase::TerminateArgs),
    /// Ends a booking whose time is over; anyone may
    End(phase::EndArgs),
    /// Pays a line of a work record to its supplier; anyone may
    Earn(earn::EarnArgs),
    /// Pulls pay that could not be delivered; the device's payout wallet
    PullPay(record::PullPayArgs),
    /// Gives an unpriced work record its IO amount; anyone may
    PriceRecord(record::PriceRecordArgs),
    /// Closes an earned work record and returns its rent; anyone may
    CloseRecord(record::CloseRecordArgs),
    /// Pulls the refund to the payer
    Refund(refund::RefundArgs),
    /// Sends the fees of an ended booking to the fee vault; anyone may
    Settle(phase::SettleArgs),
    /// Closes a settled booking and returns its rent
    Close(phase::CloseArgs),
    /// Moves what strangers sent to the escrow into the vault that keeps it; anyone may
    Sweep(sweep::SweepArgs),
    /// Shows a booking
    Show(show::ShowArgs),
    /// Shows progress, time left and cost so far until the booking is settled
    Watch(watch::WatchArgs),
    /// Lists bookings
    List(list::ListArgs),
}

impl BookingCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Create(args) => args.run(ctx),
            Self::Pay(args) => args.run(ctx),
            Self::Lock(args) => args.run(ctx),
            Self::Cancel(args) => args.run(ctx),
            Self::Expire(args) => args.run(ctx),
            Self::Start(args) => args.run(ctx),
            Self::Extend(args) => args.run(ctx),
            Self::Challenge(args) => args.run(ctx),
            Self::Rule(args) => args.run(ctx),
            Self::Terminate(args) => args.run(ctx),
            Self::End(args) => args.run(ctx),
            Self::Earn(args) => args.run(ctx),
            Self::PullPay(args) => args.run(ctx),
            Self::PriceRecord(args) => args.run(ctx),
            Self::CloseRecord(args) => args.run(ctx),
            Self::Refund(args) => args.run(ctx),
            Self::Settle(args) => args.run(ctx),
            Self::Close(args) => args.run(ctx),
            Self::Sweep(args) => args.run(ctx),
            Self::Show(args) => args.run(ctx),
            Self::Watch(args) => args.run(ctx),
            Self::List(args) => args.run(ctx),
        }
    }
}
