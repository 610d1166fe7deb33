//! The command line: global flags and the nouns.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{commands, output::Format};

/// Stake devices, rent GPU time and follow every token, from the terminal.
///
/// Amounts are whole units (12.5 IO); --raw takes base units. Every command that writes simulates
/// first, shows what will happen and asks before it sends.
#[derive(Debug, Parser)]
#[command(
    name = "ion",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Examples:\n  ion status -u l\n  ion stake deposit DEVICE 200\n  ion offer list --class 20 --sort share\n  ion booking show 0a1b... --output json\n\nExit codes: 0 ok, 2 wrong call, 3 node unreachable, 4 refused by a program, 5 sent but not confirmed, 6 declined"
)]
pub struct Cli {
    /// Global flags.
    #[command(flatten)]
    pub global: GlobalArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Configuration file [env: ION_CONFIG] [default: ~/.config/ion/config.toml]
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Cluster: an address, or l(ocalhost), d(evnet), t(estnet), m(ainnet-beta) [env: ION_URL]
    #[arg(short, long, global = true, value_name = "URL_OR_MONIKER")]
    pub url: Option<String>,

    /// Signing key: a file, "stdin:" or "prompt://" (seed phrase, also prompt://?key=0/0) [env: ION_KEYPAIR]
    #[arg(short, long, global = true, value_name = "SIGNER")]
    pub keypair: Option<String>,

    /// Who pays fees and rent, if not the signing key [env: ION_FEE_PAYER]
    #[arg(long, global = true, value_name = "SIGNER")]
    pub fee_payer: Option<String>,

    /// Commitment of reads and of the confirmation [env: ION_COMMITMENT] [default: confirmed]
    #[arg(long, global = true, value_enum)]
    pub commitment: Option<Commitment>,

    /// Print one JSON object, or the rows as CSV, instead of text
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub output: Option<OutputFormat>,

    /// Send without asking
    #[arg(short, long, global = true)]
    pub yes: bool,

    /// Build, simulate, show, and stop there
    #[arg(long, global = true, conflicts_with = "print_only")]
    pub dry_run: bool,

    /// Print the instructions in base64 (Borsh: program, accounts, data) for a multisig, and stop there
    #[arg(long, global = true)]
    pub print_only: bool,

    /// Print a message that this Squads vault signs and pays, and stop there
    #[arg(long, global = true, value_name = "VAULT", conflicts_with_all = ["dry_run", "print_only"])]
    pub multisig: Option<String>,

    /// Price per compute unit in micro-lamports [default: none]
    #[arg(long, global = true, value_name = "MICRO_LAMPORTS")]
    pub with_compute_unit_price: Option<u64>,

    /// Limit of compute units [default: simulated + 10 %]
    #[arg(long, global = true, value_name = "UNITS")]
    pub with_compute_unit_limit: Option<u32>,

    /// Leave out the node's own check before it forwards the transaction
    #[arg(long, global = true)]
    pub skip_preflight: bool,

    /// Show accounts and program logs
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Read amounts as base units
    #[arg(long, global = true)]
    pub raw: bool,
}

impl GlobalArgs {
    /// Whether the change is printed and not sent.
    pub const fn is_printed(&self) -> bool {
        self.print_only || self.multisig.is_some()
    }

    /// Form of the result.
    pub fn format(&self) -> Format {
        match self.output {
            None => Format::Text,
            Some(OutputFormat::Json) => Format::Json,
            Some(OutputFormat::JsonCompact) => Format::JsonCompact,
            Some(OutputFormat::Csv) => Format::Csv,
        }
    }
}

/// How settled the chain's state must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Commitment {
    /// Seen by the node
    Processed,
    /// Voted for by two thirds
    Confirmed,
    /// Cannot be undone
    Finalized,
}

impl Commitment {
    /// The flag's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Confirmed => "confirmed",
            Self::Finalized => "finalized",
        }
    }
}

/// Machine-readable forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Indented
    Json,
    /// On one line
    JsonCompact,
    /// The rows of the result, amounts in base units
    Csv,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Devices: register, list, show
    #[command(subcommand)]
    Device(commands::device::DeviceCommand),
    /// The stake of a device
    #[command(subcommand)]
    Stake(commands::stake::StakeCommand),
    /// Co-staking offers of devices
    #[command(subcommand)]
    Offer(commands::offer::OfferCommand),
    /// Your principal on devices of others
    #[command(subcommand)]
    CoStake(commands::co_stake::CoStakeCommand),
    /// Co-staking positions: status, dates, share
    #[command(subcommand)]
    Position(commands::position::PositionCommand),
    /// Processor classes: multipliers, ceilings, floor prices
    #[command(subcommand)]
    Class(commands::class::ClassCommand),
    /// Votes of the verifiers on a report
    #[command(subcommand)]
    Poll(commands::poll::PollCommand),
    /// Applies leaves of attested reports; anyone may
    #[command(subcommand)]
    Report(commands::report::ReportCommand),
    /// Queued decisions of governance
    #[command(subcommand)]
    Gov(commands::gov::GovCommand),
    /// Dated exemptions of devices from eligibility rules
    #[command(subcommand)]
    Exemption(commands::exemption::ExemptionCommand),
    /// Quotes of the scheduler
    #[command(subcommand)]
    Quote(commands::quote::QuoteCommand),
    /// Decisions of the scheduler
    #[command(subcommand)]
    Schedule(commands::schedule::ScheduleCommand),
    /// The processors that a scheduler sees
    #[command(subcommand)]
    Fleet(commands::fleet::FleetCommand),
    /// Bookings from reservation to settlement
    #[command(subcommand)]
    Booking(commands::booking::BookingCommand),
    /// Jobs for a hired device: matrix products and containers
    #[command(subcommand)]
    Job(commands::job::JobCommand),
    /// Slash cases: evidence, appeals, rulings, outcomes
    #[command(subcommand)]
    Case(commands::case::CaseCommand),
    /// Hourly blocks and what came of them
    #[command(subcommand)]
    Block(commands::block::BlockCommand),
    /// The schedule of new IO
    #[command(subcommand)]
    Emission(commands::emission::EmissionCommand),
    /// Block rewards of owners and co-stakers
    #[command(subcommand)]
    Rewards(commands::rewards::RewardsCommand),
    /// What a supplier declares of itself
    #[command(subcommand)]
    Supplier(commands::supplier::SupplierCommand),
    /// The engine: vaults, sealed days, buyback, payouts
    #[command(subcommand)]
    Ide(commands::ide::IdeCommand),
    /// Days of the engine
    #[command(subcommand)]
    Epoch(commands::epoch::EpochCommand),
    /// The public record: what was hired, served, earned, refunded
    #[command(subcommand)]
    Tne(commands::tne::TneCommand),
    /// Recomputes a booking from its events and compares it with the accounts
    #[command(subcommand)]
    Audit(commands::audit::AuditCommand),
    /// The indexer's tables: devices, offers, bookings, blocks, days, alarms
    #[command(subcommand)]
    Explore(commands::explore::ExploreCommand),
    /// Years of the incentive engine over a made-up market: income, burns, supply
    Simulate(commands::simulate::SimulateArgs),
    /// The cluster and what is set up on it
    Status,
    /// Settings of this command and on-chain configuration
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Prints a completion script for a shell
    Completions(commands::completions::CompletionsArgs),
}
