//! `ion poll show`, and the identity of a report on the command line.

use clap::{Args, ValueEnum};
use ion_client::{accounts, addresses};
use ion_merkle::report::ReportKind;
use registry::state::{Poll, VerifierSet};
use solana_pubkey::Pubkey;

use crate::{
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Kinds of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Summary of an hourly reward block
    BlockSummary,
    /// Root of lifetime rewards
    RewardRoot,
    /// Obligations of a day
    EpochReport,
    /// Root of lifetime payouts
    PayoutRoot,
    /// Served minutes of bookings; subject: booking
    WorkReport,
    /// A fault of a hired device; subject: the booking's address
    FaultReport,
    /// Changed devices; subject: registry
    DeviceReport,
}

impl Kind {
    /// The kind on chain.
    pub const fn report(self) -> ReportKind {
        match self {
            Self::BlockSummary => ReportKind::BlockSummary,
            Self::RewardRoot => ReportKind::RewardRoot,
            Self::EpochReport => ReportKind::EpochReport,
            Self::PayoutRoot => ReportKind::PayoutRoot,
            Self::WorkReport => ReportKind::WorkReport,
            Self::FaultReport => ReportKind::FaultReport,
            Self::DeviceReport => ReportKind::DeviceReport,
        }
    }
}

/// A report's identity.
#[derive(Clone, Debug, Args)]
pub struct Identity {
    /// Kind of report
    #[arg(value_enum)]
    pub kind: Kind,

    /// What it is about: a key, or registry, staking, rewards, ide, booking for a program
    pub subject: String,

    /// Sequence: the hour index for reports that have one
    pub seq: u64,
}

impl Identity {
    /// Subject as a key.
    ///
    /// Errors: usage.
    pub fn subject(&self) -> Outcome<Pubkey> {
        Ok(match self.subject.as_str() {
            "registry" => registry::ID,
            "staking" => staking::ID,
            "rewards" => rewards::ID,
            "ide" => ide::ID,
            "booking" => booking::ID,
            text => parse_key(text, "subject of the report")?,
        })
    }

    /// Address of the poll.
    ///
    /// Errors: usage.
    pub fn address(&self) -> Outcome<Pubkey> {
        Ok(addresses::registry::poll(
            self.kind.report(),
            &self.subject()?,
            self.seq,
        ))
    }
}

/// Arguments of `poll show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion poll show work-report booking 498765")]
pub struct ShowArgs {
    #[command(flatten)]
    report: Identity,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        ctx.print(&state(ctx, &self.report.address()?)?);
        Ok(())
    }
}

/// The poll at an address.
///
/// Errors: rpc; program when there is none.
pub fn find(ctx: &Context, address: &Pubkey) -> Outcome<Poll> {
    accounts::find(&ctx.chain, address)?.ok_or_else(|| {
        Failure::chain(
            "the poll was not found",
            format!("there is no poll at {address}"),
        )
        .next("ion poll open KIND SUBJECT SEQ opens it")
    })
}

/// A poll as a record.
///
/// Errors: rpc; program when there is none.
pub fn state(ctx: &Context, address: &Pubkey) -> Outcome<Record> {
    let poll = find(ctx, address)?;
    let set: VerifierSet = accounts::fetch(&ctx.chain, &addresses::registry::verifier_set())?;
    let is_current = poll.set_version == set.version;
    let votes: Vec<Record> = poll
        .votes
        .iter()
        .enumerate()
        .filter(|(_, vote)| **vote != [0; 32])
        .map(|(slot, vote)| {
            let member = set.members().get(slot).filter(|_| is_current);
            Record::new()
                .with("slot", slot as u64)
                .with(
                    "verifier",
                    member.map_or(Cell::Nothing, |key| (*key).into()),
                )
                .with("payload_hash", hex::encode(vote))
        })
        .collect();
    let is_attested = poll.attested_at != 0;
    Ok(Record::new()
        .with("poll", *address)
        .with("kind", kind_name(poll.kind))
        .with("subject", poll.subject)
        .with("seq", poll.seq)
        .with("attested", is_attested)
        .with(
            "attested_hash",
            if is_attested {
                hex::encode(poll.attested_hash).into()
            } else {
                Cell::Nothing
            },
        )
        .with("attested_at", Cell::time_or_nothing(poll.attested_at))
        .with("opened_at", Cell::Time(poll.opened_at))
        .with("threshold", set.threshold)
        .with("payer", poll.payer)
        .with("votes", votes))
}

/// Name of a stored kind.
fn kind_name(code: u8) -> String {
    ReportKind::try_from(code)
        .map_or_else(|_| format!("unknown ({code})"), |kind| format!("{kind:?}"))
}
