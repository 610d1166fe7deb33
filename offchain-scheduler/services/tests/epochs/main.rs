//! Days of the engine with several verifiers over one shared store: cranks, epoch reports, payout
//! roots; what a lying, a silent and a late verifier change.

#[path = "../support/days.rs"]
mod days;
#[path = "../support/mod.rs"]
mod support;

mod dissent;
mod net;

use std::{collections::BTreeSet, sync::Arc};

use days::{device_hour, position, put_file};
use ide::{
    constants::ALL_HOURS,
    state::{Auction, AuctionState, ClassRates, Engine, Epoch, EpochState, Payment, Vaults},
};
use ion_client::addresses;
use ion_merkle::{
    Sha256Hasher,
    earnings::PayoutRoot,
    epoch::{EpochReport, report_seq},
    report::{ReportKind, payload_hash},
};
use ion_objects::{FolderStore, ObjectStore};
use ion_report::{EpochBundle, Hire, PayoutBundle, PayoutReport};
use ion_services::{
    chain_view::{EngineState, MemoryView, PollView, VerifierSetView},
    verifier::{Bench, Verifier},
};
use ion_store::outbox::Key;
use solana_pubkey::Pubkey;
use support::*;

const DAY_SECONDS: i64 = 86_400;
const CLASS: u16 = 7;
const RATE: u64 = 60_000;
const OWNER: [u8; 32] = [70; 32];
const CO_STAKER: [u8; 32] = [77; 32];
const GOOD: [u8; 32] = [60; 32];
const OTHER: [u8; 32] = [61; 32];
/// Two hours of two processors with a co-staker of a quarter, one hour of one processor.
const AVAIL: u64 = 2 * 120_000 + 60_000;
const HIRE: u64 = 100_000;

fn day() -> u64 {
    START.div_euclid(DAY_SECONDS) as u64
}

fn end() -> i64 {
    (day() + 1) as i64 * DAY_SECONDS
}

struct Net {
    chain: Arc<MemoryView>,
    verifiers: Vec<Verifier>,
    benches: Vec<Bench>,
    objects: FolderStore,
    /// Members that do nothing.
    silent: BTreeSet<usize>,
    _dir: tempfile::TempDir,
}

/// Ends the day and brings it to votes at the first moment for them.
async fn voted(members: u8, threshold: u8, silent: &[usize]) -> Net {
    let mut net = Net::new(members, threshold).await;
    net.silent = silent.iter().copied().collect();
    let watching: Vec<u8> = (0..members)
        .filter(|member| !silent.contains(&usize::from(*member)))
        .collect();
    net.files(watching.iter().copied());
    for author in &watching {
        net.receive(*author).await;
    }
    net.rounds(end() - 1).await;
    assert!(!net.has_row("end_epoch", "ide", day()).await);
    net.rounds(end()).await;
    assert!(net.has_row("end_epoch", "ide", day()).await);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    net.rounds(end() + 359).await;
    assert_eq!(net.vote_of(0, ReportKind::EpochReport, day()).await, None);
    net.rounds(end() + 360).await;
    net
}

#[tokio::test]
async fn three_verifiers_bring_a_day_from_files_to_a_payout_root() {
    let mut net = voted(3, 2, &[]).await;
    let kind = ReportKind::EpochReport;
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    let payload = poll.attested.expect("all verifiers agree");
    assert!(poll.votes.iter().all(|vote| *vote == Some(payload)));
    assert!(net.has_row("open_poll", &format!("3/{}", day()), 0).await);
    let (report, bundle) = net.epoch_report(day(), payload);
    assert_eq!((report.avail_usd_micros, report.floors), (AVAIL, 3));
    // class, processors of two devices, 2·60 + 2·60 + 60 minutes
    assert_eq!(bundle.rows, [(CLASS, 3, 300)]);
    let parts: Vec<u64> = bundle.parts.iter().map(|part| part.usd_micros).collect();
    assert_eq!(parts.iter().sum::<u64>(), AVAIL);
    let co = bundle.parts.iter().find(|part| part.party == CO_STAKER);
    assert_eq!(co.unwrap().usd_micros, 60_000);

    // accepted, rows, sealed
    net.rounds(end() + 400).await;
    assert!(net.has_row("accept_epoch_report", "ide/0", day()).await);
    net.epoch(|epoch| (epoch.class_count, epoch.row_hash) = (1, report.class_rows));
    net.rounds(end() + 402).await;
    assert!(net.has_row("apply_epoch_rows", "ide/0/0", day()).await);
    net.epoch(|epoch| {
        epoch.state = EpochState::Reported.code();
        epoch.avail_usd_micros = report.avail_usd_micros;
        epoch.hours_deposited = ALL_HOURS >> 1;
    });
    net.engine(|state| state.engine.reported_day = day());
    let attempt = |now: i64| format!("ide/{}", now / 300);
    net.rounds(end() + 404).await;
    let first = attempt(end() + 404);
    assert!(
        !net.has_row("seal_epoch", &first, day()).await,
        "an hour of emission is missing"
    );
    net.epoch(|epoch| epoch.hours_deposited = ALL_HOURS);
    net.rounds(end() + 404).await;
    assert!(net.has_row("seal_epoch", &first, day()).await);
    net.rounds(end() + 704).await;
    let second = attempt(end() + 704);
    assert!(
        net.has_row("seal_epoch", &second, day()).await,
        "tried again"
    );

    // the payout tree, once all deposits are known
    net.seal(&report);
    net.hire(&[(OTHER, HIRE - 1)]);
    let (kind, ring) = (ReportKind::PayoutRoot, addresses::ide::roots());
    net.rounds(end() + 900).await;
    assert_eq!(net.vote_of(0, kind, 1).await, None, "a deposit is missing");
    net.hire(&[(OTHER, HIRE)]);
    net.rounds(end() + 902).await;
    let poll = net.poll(kind, ring, 1, &[]).await;
    let payload = poll.attested.expect("all verifiers build one tree");
    assert!(poll.votes.iter().all(|vote| *vote == Some(payload)));
    let name = format!("reports/4/1/{}", hex::encode(payload));
    let root = net.stored(name, PayoutRoot::decode);
    assert_eq!((root.through_epoch, root.leaf_count), (day(), 3));
    assert_eq!(
        (
            root.lifetime_io,
            root.lifetime_usdc,
            root.arrears_usd_micros
        ),
        (10_000_001, 1_001, 40_000)
    );
    let name = format!("bundles/{}", hex::encode(root.bundle));
    let bundle = net.stored(name, |bytes| PayoutBundle::decode(bytes).ok());
    let report = PayoutReport::new(bundle, &ring.to_bytes()).unwrap();
    let (_, row, siblings) = report.proof(&address_of(OTHER), &OWNER).unwrap();
    // 160,000 of 400,000: 60,000 availability and 100,000 hire; the first leaf takes the odd unit
    assert_eq!(row.lifetime_io, 10_000_001 * 160 / 400 + 1);
    assert_eq!(siblings.len(), 2);
    net.rounds(end() + 904).await;
    assert!(net.has_row("accept_payout_root", "ide", 1).await);
}

#[tokio::test]
async fn attested_report_that_breaks_a_bound_is_voided_and_voted_anew() {
    let kind = ReportKind::EpochReport;
    let mut net = voted(3, 2, &[]).await;
    net.poll(kind, ide::ID, day(), &[(0, [9; 32]), (1, [9; 32])])
        .await;
    let attested_at = end() + 500;
    let key = (kind.to_u8(), ide::ID, day());
    net.chain
        .with(|chain| chain.attested_at.insert(key, attested_at));
    let last = attested_at + 7 * DAY_SECONDS;
    net.rounds(last).await;
    assert!(!net.has_row("void_epoch_report", "ide/0", day()).await);
    net.rounds(last + 1).await;
    assert!(net.has_row("void_epoch_report", "ide/0", day()).await);
    net.epoch(|epoch| epoch.voided_reports = 1);
    net.rounds(last + 3).await;
    let seq = report_seq(day(), 1);
    let poll = net.poll(kind, ide::ID, seq, &[]).await;
    let payload = poll.attested.expect("all agree on the next sequence");
    assert!(net.has_row("open_poll", &format!("3/{seq}"), 0).await);
    net.rounds(last + 5).await;
    assert!(net.has_row("accept_epoch_report", "ide/1", day()).await);
    assert_eq!(net.epoch_report(seq, payload).0.avail_usd_micros, AVAIL);
}

#[tokio::test]
async fn days_of_the_schedule_are_sealed_and_lots_opened_and_ended() {
    let mut net = Net::new(3, 2).await;
    net.engine(|state| state.ide_from_hour = u64::MAX);
    net.epoch(|epoch| epoch.state = EpochState::Ended.code());
    net.rounds(end() + 60).await;
    // today is opened, the day before sealed without a report
    assert!(net.has_row("open_epoch", "ide", day() + 1).await);
    assert!(!net.has_row("open_epoch", "ide", day() + 2).await);
    let attempt = format!("ide/{}", (end() + 60) / 300);
    assert!(net.has_row("seal_epoch", &attempt, day()).await);
    assert_eq!(net.vote_of(0, ReportKind::EpochReport, day()).await, None);
    // the next day is opened before it begins
    net.rounds(end() + DAY_SECONDS - 3_600).await;
    assert!(net.has_row("open_epoch", "ide", day() + 2).await);

    let now = end() + DAY_SECONDS - 3_000;
    let lot = |now: i64| format!("ide/{}", now / 600);
    net.rounds(now).await;
    assert!(
        !net.has_row("open_auction", &lot(now), 1).await,
        "nothing is earmarked"
    );
    net.engine(|state| {
        state.vaults.buyback_usdc = 50_000_000;
        state.engine.next_auction_at = now + 1;
    });
    net.rounds(now).await;
    assert!(!net.has_row("open_auction", &lot(now), 1).await, "too soon");
    net.rounds(now + 1).await;
    assert!(net.has_row("open_auction", &lot(now + 1), 1).await);
    let mut auction: Auction = zeroed();
    auction.ends_at = now + 3_600;
    net.chain.with(|chain| chain.auctions.insert(1, auction));
    net.engine(|state| (state.engine.open_lot, state.engine.auction_seq) = (1, 1));
    net.rounds(now + 3_600).await;
    assert!(!net.has_row("end_auction", "ide", 1).await, "still open");
    net.rounds(now + 3_601).await;
    assert!(net.has_row("end_auction", "ide", 1).await);
    let mut sold_out: Auction = zeroed();
    (sold_out.state, sold_out.ends_at) = (AuctionState::SoldOut, i64::MAX);
    net.chain.with(|chain| chain.auctions.insert(2, sold_out));
    net.engine(|state| state.engine.auction_seq = 2);
    net.rounds(now + 3_603).await;
    assert!(net.has_row("end_auction", "ide", 2).await);
}
