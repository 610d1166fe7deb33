//! `ion ide`.

mod auction;
mod claim;
mod epochs;
mod prove;
mod status;
mod tree;

use clap::Subcommand;
use ide::state::Engine;
use ion_client::{accounts, addresses};

use crate::{context::Context, failure::Outcome};

/// Verbs of `ide`.
#[derive(Debug, Subcommand)]
pub enum IdeCommand {
    /// Vaults, health, burns and what is queued
    #[command(after_help = "Example:\n  ion ide status --output json")]
    Status,
    /// Sealed days, newest first
    Epochs(epochs::EpochsArgs),
    /// One day
    #[command(subcommand)]
    Epoch(EpochCommand),
    /// Lots of the buyback
    #[command(subcommand)]
    Auction(AuctionCommand),
    /// Sells IO to the open lot
    Fill(auction::FillArgs),
    /// Proves what a device has earned from the engine
    Prove(prove::ProveArgs),
    /// Pays what a device has earned from the engine
    Claim(claim::ClaimArgs),
}

/// Verbs of `ide epoch`.
#[derive(Debug, Subcommand)]
pub enum EpochCommand {
    /// Every input and output of a day
    Show(epochs::ShowArgs),
}

/// Verbs of `ide auction`.
#[derive(Debug, Subcommand)]
pub enum AuctionCommand {
    /// Lots, newest first
    List(auction::ListArgs),
    /// Puts the next lot up for sale; anyone may
    #[command(after_help = "Example:\n  ion ide auction open")]
    Open,
    /// Ends the open auction once it is over; anyone may
    #[command(after_help = "Example:\n  ion ide auction end")]
    End,
}

impl IdeCommand {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        match self {
            Self::Status => status::run(ctx),
            Self::Epochs(args) => args.run(ctx),
            Self::Epoch(EpochCommand::Show(args)) => args.run(ctx),
            Self::Auction(AuctionCommand::List(args)) => args.run(ctx),
            Self::Auction(AuctionCommand::Open) => auction::open(ctx),
            Self::Auction(AuctionCommand::End) => auction::end(ctx),
            Self::Fill(args) => args.run(ctx),
            Self::Prove(args) => args.run(ctx),
            Self::Claim(args) => args.run(ctx),
        }
    }
}

fn engine(ctx: &Context) -> Outcome<Engine> {
    Ok(accounts::fetch(&ctx.chain, &addresses::ide::engine())?)
}

/// Name of a stored status.
fn status_name(code: u8) -> &'static str {
    ion_economics::ide::Status::from_code(code).map_or("?", |status| status.name())
}
