//! `ion case propose`.

mod cited;

use ::staking::{ProposeSlashArgs, Shows};
use clap::{Args, ValueEnum};
use ion_client::{
    addresses,
    instructions::staking::{self, CaseKey, Proposal},
    send::Chain,
};
use ion_economics::{
    params::{Param, staking as param},
    slash::{Offence, PARTIES, Reach, record_holders, snapshot},
    units::{Io, UnixSeconds},
};
use registry::state::Params;
use solana_pubkey::Pubkey;

use super::{
    book,
    evidence::{StoreArgs, told},
    open_day::{DAY, is_day_open},
    table,
};
use crate::{
    amount::{Amount, Unit},
    commands::stake::book::Book as Stake,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
    output::Cell,
    share,
    write::Write,
};

/// Codes as people write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Code {
    /// Offline while hired
    #[value(name = "2")]
    Outage,
    /// Offline for more than 48 h
    #[value(name = "3")]
    LongOutage,
    /// Offline for more than 120 h
    #[value(name = "3b")]
    LastingOutage,
    /// Above the idle utilisation ceiling
    #[value(name = "4")]
    Overuse,
    /// Reliability below the floor
    #[value(name = "5")]
    LowReliability,
    /// Spoofed or fake hardware
    #[value(name = "6")]
    Spoofing,
}

impl Code {
    /// The offence and its charge by the table; code 6 takes all.
    fn offence(self) -> (Offence, Option<&'static Param>) {
        match self {
            Self::Outage => (Offence::Outage, Some(&param::STAKE_BPS_2)),
            Self::LongOutage => (Offence::LongOutage, Some(&param::STAKE_BPS_3)),
            Self::LastingOutage => (Offence::LastingOutage, Some(&param::STAKE_BPS_3B)),
            Self::Overuse => (Offence::Overuse, Some(&param::STAKE_BPS_4)),
            Self::LowReliability => (Offence::LowReliability, Some(&param::STAKE_BPS_5)),
            Self::Spoofing => (Offence::Spoofing, None),
        }
    }
}

/// Arguments of `case propose`.
#[derive(Debug, Args)]
#[command(
    after_help = "What a code cites: 2, 3 and 3b the attested fault report of a booking (--booking, --seq, --payload);
4 and 5 the leaf of the device in an attested device report (--proof, as for ion report apply-device);
6 evidence in the store (--evidence), which is fetched and checked before anything is sent: its
signatures must be right and it must be about this device, signed with the device's key.

Principal moves into the case's own vault at once and nothing is burned before the window for an
appeal and the ruling are over.

Examples of slash cases:
  ion case propose 7Xw... --code 6 --offence-at 1790000000 --evidence 3fa1... --store ./objects
  ion case propose 7Xw... --code 2 --booking 9Qd... --seq 1 --payload 00c3..."
)]
pub struct ProposeArgs {
    /// Device id or address
    device: String,

    /// Code of the offence
    #[arg(long, value_enum)]
    code: Code,

    /// When it was committed, Unix seconds [default: the time in the fault report]
    #[arg(long)]
    offence_at: Option<i64>,

    /// Share of the requirement that is charged [default: the most that the table allows]
    #[arg(long, value_name = "SHARE")]
    charge: Option<String>,

    /// Number of the part, for what an earlier part could not take
    #[arg(long, default_value_t = 0)]
    part: u16,

    /// Booking that the fault report is about
    #[arg(long, requires_all = ["seq", "payload"])]
    booking: Option<String>,

    /// Number of the fault report
    #[arg(long)]
    seq: Option<u64>,

    /// Payload of the fault report, hex
    #[arg(long)]
    payload: Option<String>,

    /// File with the device's leaf and its proof
    #[arg(long, value_name = "FILE")]
    proof: Option<String>,

    /// Rewards of the breach window, code 4
    #[arg(long, value_name = "IO")]
    window: Option<String>,

    /// Earlier case of code 4 that makes this one a repeat
    #[arg(long, value_name = "CASE")]
    earlier: Option<String>,

    /// Hash of the evidence [default: the bundle of the cited report]
    #[arg(long)]
    evidence: Option<String>,

    /// Lookup table to name accounts by, where there are too many for a plain transaction
    #[arg(long, value_name = "TABLE", conflicts_with = "make_table")]
    table: Option<String>,

    /// Makes such a table first
    #[arg(long)]
    make_table: bool,

    #[command(flatten)]
    store: StoreArgs,
}

impl ProposeArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let stake = Stake::find(ctx, &self.device)?;
        let slasher = ctx.wallet()?;
        let (offence, table) = self.code.offence();
        let params: Params =
            ion_client::accounts::fetch(&ctx.chain, &addresses::registry::params(&::staking::ID))?;
        let now = stake.now();
        let cited = self.cited(ctx, offence)?;
        let offence_at = self.offence_at.or(cited.offence_at).ok_or_else(|| {
            Failure::usage("the time of the offence is missing", "no report gives it")
                .next("give --offence-at in Unix seconds")
        })?;
        let bps = match (&self.charge, table) {
            (Some(text), Some(_)) => share::parse(text, false)?,
            (None, Some(table)) => u16::try_from(params.value(table, now)).unwrap_or(u16::MAX),
            (_, None) => 0,
        };
        let store = self.store.open()?;
        let evidence = told(ctx, store.as_deref(), &cited.evidence, &stake.address)?;
        if offence == Offence::Spoofing && !evidence.is_seen() {
            return Err(Failure::chain(
                "the evidence was not checked",
                "it is not in the store, or no store is named",
            )
            .next("name the store with --store; a case without evidence in reach is overturned"));
        }
        if let Some(doubt) = evidence.doubt {
            return Err(Failure::chain("no case can rest on this evidence", doubt)
                .next("compare the device's key: ion device show"));
        }
        let mut args = ProposeSlashArgs {
            code: offence.code(),
            offence_id: cited.offence_id,
            part: self.part,
            offence_at,
            bps,
            window_io: match &self.window {
                Some(text) => {
                    Amount::parse(text, Unit::Io, false)
                        .map_err(|error| {
                            Failure::usage("the rewards of the window cannot be read", error)
                        })?
                        .base
                }
                None => 0,
            },
            evidence_hash: cited.evidence,
            citation: cited.citation,
            shows: Shows::default(),
        };
        let key = CaseKey {
            device: stake.staked(),
            offence_id: args.offence_id,
            part: args.part,
        };
        let reach = reach_of(&stake, offence_at)?;
        let mut proposal = Proposal {
            day: now.div_euclid(DAY),
            poll: cited.poll,
            earlier: self
                .earlier
                .as_deref()
                .map(|text| parse_key(text, "earlier case"))
                .transpose()?,
            shown_wallets: Vec::new(),
            positions: reached(&stake, &reach),
        };
        let shown = &mut proposal.shown_wallets;
        show_rewards(ctx, &stake, &reach, &mut args.shows, shown)?;
        if !is_day_open(ctx, proposal.day)? {
            return Err(Failure::chain(
                "the day of the network cap is not open",
                "nobody has opened it yet",
            )
            .next("ion case open-day"));
        }
        let config = ctx.config()?;
        let case = key.address();
        let device = stake.staked();
        let instruction =
            staking::propose_slash(&slasher, &config.io_mint, &device, &proposal, args);
        let table = match &self.table {
            Some(text) => Some(table::named(ctx, text)?),
            None if self.make_table => match table::make(ctx, &instruction)? {
                Some(made) => Some(made),
                None => return Ok(()),
            },
            None => None,
        };
        let table_key = table.as_ref().map(|table| table.key);
        let write = Write::new(
            format!("Open a slash case against device {}", stake.address),
            instruction,
        )
        .over(table);
        if !ctx.args.is_printed() && !write.fits(ctx)? {
            return Err(Failure::usage(
                "the proposal does not fit a transaction",
                "it names the records and positions of many parties",
            )
            .next("give --make-table, or --table with one that lists its accounts"));
        }
        write
            .effect("case", case)
            .effect("offence", book::offence_name(offence.code()))
            .effect("offence_at", Cell::Time(offence_at))
            .effect("charge", Cell::Bps(bps.into()))
            .effect("evidence", evidence.words)
            .run(ctx, |ctx| {
                let record = book::Book::find(ctx, &case.to_string())?.record()?;
                Ok(match table_key {
                    Some(key) => record.with("lookup_table", key),
                    None => record,
                })
            })
    }
}

/// What the offence reaches of each party.
fn reach_of(stake: &Stake, offence_at: i64) -> Outcome<[Reach; PARTIES]> {
    snapshot(&stake.ledger, UnixSeconds::new(offence_at), stake.view.now)
        .map_err(|error| Failure::chain("the stake cannot be counted", format!("{error:?}")))
}

/// Positions that the offence reaches, in the order of their slots.
fn reached(stake: &Stake, reach: &[Reach; PARTIES]) -> Vec<u64> {
    let positions = stake.stake.positions.iter().zip(reach.iter().skip(1));
    positions
        .filter(|(_, reach)| reach.available > Io::ZERO)
        .map(|(slot, _)| slot.seq)
        .collect()
}

/// Address of the claim record of a device and a wallet.
type AddressOf = fn(&Pubkey, &Pubkey) -> Pubkey;

/// Shows the claim records that exist, so that unclaimed rewards are held before stake is taken.
fn show_rewards(
    ctx: &Context,
    stake: &Stake,
    reach: &[Reach; PARTIES],
    shows: &mut Shows,
    shown: &mut Vec<Pubkey>,
) -> Outcome<()> {
    let [a, b, c, d] = &stake.stake.positions;
    let wallets = [stake.device.owner, a.wallet, b.wallet, c.wallet, d.wallet];
    let parties: Vec<(u8, Pubkey)> = (0u8..)
        .zip(wallets)
        .zip(record_holders(&wallets, reach))
        .filter(|((_, wallet), holds)| *holds && *wallet != Pubkey::default())
        .map(|(party, _)| party)
        .collect();
    let trees: [(AddressOf, &mut Vec<u8>); 2] = [
        (addresses::rewards::claim_record, &mut shows.reward_parties),
        (addresses::ide::claim, &mut shows.payout_parties),
    ];
    for (record, places) in trees {
        let keys: Vec<Pubkey> = parties
            .iter()
            .map(|(_, wallet)| record(&stake.address, wallet))
            .collect();
        for ((place, wallet), account) in parties.iter().zip(ctx.chain.accounts(&keys)?) {
            if account.is_some() {
                places.push(*place);
                shown.push(*wallet);
            }
        }
    }
    Ok(())
}
