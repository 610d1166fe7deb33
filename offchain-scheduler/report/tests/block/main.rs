//! Blocks from files to roots: vectors of economics §16.4, edge cases of §15, properties of §7.

mod properties;
mod roots;

use ion_economics::reward::{
    eligibility::{Exclusion, Limits},
    score::Weights,
    unallocated,
};
use ion_economics::units::Io;
use ion_merkle::{Sha256Hasher, earnings::EarningsTree, verify};
use ion_observation::{
    HourFlags, HourObservation, HourSight, MinuteMap, ObservationFile, PositionObservation,
    ProofCode,
};
use ion_report::*;
use proptest::prelude::*;

const HOUR: u64 = 494_520;
const GENESIS: Hash = [1; 32];
const REGISTRY: Key = [2; 32];
const RING: Key = [3; 32];
const REWARDS: Key = [4; 32];

fn members() -> Vec<Key> {
    (0..5).map(|member| [100 + member; 32]).collect()
}

fn sight() -> HourSight {
    HourSight {
        proof: ProofCode::Passed,
        live_minutes: 60,
        is_hired: false,
        passed_when_free: true,
        hours_since_pass: 0,
        uptime_minutes: 300,
    }
}

fn device(id: u8, pool: u8, mult_fp: u32, qty: u8, tier: u8) -> HourObservation {
    HourObservation {
        device: [id; 32],
        owner: [200; 32],
        pool,
        qty,
        status: 1,
        tier,
        linked_wallets: 3,
        flags: HourFlags::from_bits(0b1111).unwrap(),
        exempt: 0,
        mult_fp,
        before: sight(),
        within: sight(),
        positions: vec![],
    }
}

fn earning(wallet: u8, share_bps: u16) -> PositionObservation {
    PositionObservation {
        wallet: [wallet; 32],
        share_bps,
        is_earning: true,
    }
}

/// The five devices of economics §16.4.
fn fleet() -> Vec<HourObservation> {
    let mut a100 = device(1, 1, 50_000, 1, 4);
    a100.positions.push(earning(9, 2_500));
    let mut h200 = device(2, 1, 120_000, 8, 3);
    h200.within.is_hired = true;
    vec![
        a100,
        h200,
        device(3, 1, 12_500, 2, 2),
        device(4, 2, 2_500, 1, 1),
        device(5, 2, 15_000, 4, 4),
    ]
}

fn file(member: usize, hours: Vec<HourObservation>) -> ObservationFile {
    let mut file = ObservationFile::new(GENESIS, REGISTRY, members()[member], HOUR, MinuteMap::ALL);
    file.hours = hours;
    file.sort();
    file
}

fn terms() -> BlockTerms {
    BlockTerms {
        hour: HOUR,
        enterprise_io: 347_820_519_071,
        community_io: 18_306_343_110,
        weights: Weights::DEFAULT,
        limits: Limits::read(|param| param.default).unwrap(),
    }
}

fn given(files: &[ObservationFile]) -> Vec<SourceFile<'_>> {
    files
        .iter()
        .map(|file| SourceFile {
            hash: file.hash(),
            file,
        })
        .collect()
}

fn build(files: &[ObservationFile]) -> Result<BlockReport, ReportError> {
    let given = given(files);
    let used = sources(&given, HOUR, &GENESIS, &REGISTRY, &members());
    BlockReport::build(&used, &terms(), 3)
}

/// Three files that all show these devices.
fn agreed(hours: &[HourObservation]) -> BlockReport {
    let files: Vec<ObservationFile> = (0..3).map(|member| file(member, hours.to_vec())).collect();
    build(&files).unwrap()
}

fn reward(report: &BlockReport, id: u8) -> u64 {
    row(report, id).reward_io
}

fn row(report: &BlockReport, id: u8) -> &DeviceRow {
    report
        .list
        .rows
        .iter()
        .find(|row| row.device == [id; 32])
        .unwrap()
}

#[test]
fn block_of_the_specification_is_paid_to_the_unit() {
    let report = agreed(&fleet());
    let rewards: Vec<u64> = (1..=5).map(|id| reward(&report, id)).collect();
    assert_eq!(
        rewards,
        [
            16_832_829_504,
            322_571_274_814,
            8_416_414_752,
            738_100_061,
            17_568_243_048
        ]
    );
    assert_eq!(report.summary.enterprise.base_sum, 2_070_455);
    assert_eq!(report.summary.community.base_sum, 125_250);
    assert_eq!(report.summary.enterprise.allocated_io, 347_820_519_070);
    assert_eq!(report.summary.community.allocated_io, 18_306_343_109);
    assert_eq!(
        (
            report.summary.nominated,
            report.summary.succeeded,
            report.summary.failed
        ),
        (5, 5, 0)
    );
    assert_eq!(
        (report.summary.verified_cpus, report.summary.verified_gpus),
        (0, 16)
    );
    let a100 = row(&report, 1);
    assert_eq!(a100.co_stakers[0].amount_io, 4_208_207_376);
    assert_eq!(a100.owner_io(), 12_624_622_128);
    assert_eq!(report.summary.device_list, report.list.hash());
    assert_eq!(report.summary.bundle, report.bundle.hash());
}

#[test]
fn failed_device_leaves_the_denominator_and_its_reason_stays() {
    let mut hours = fleet();
    hours[1].within.live_minutes = 49;
    hours[3].flags = HourFlags::from_bits(0b1110).unwrap();
    let report = agreed(&hours);
    assert_eq!(report.summary.enterprise.base_sum, 150_300);
    assert_eq!(
        (
            report.summary.nominated,
            report.summary.succeeded,
            report.summary.failed
        ),
        (4, 3, 1)
    );
    let (failed, excluded) = (row(&report, 2), row(&report, 4));
    assert_eq!(
        (failed.state, failed.reason),
        (RowState::Failed, Exclusion::TooFewMinutes.code())
    );
    assert_eq!((failed.failed_at_start, failed.failed_at_end), (0, 1 << 9));
    assert_eq!(
        (excluded.state, excluded.reason),
        (RowState::Excluded, Exclusion::StakeShort.code())
    );
    assert_eq!((failed.reward_io, excluded.reward_io), (0, 0));
    assert_eq!(excluded.failed_at_start, 1 << 1);
}

#[test]
fn e35_hour_without_an_eligible_device_allocates_nothing() {
    let mut hours = fleet();
    for hour in &mut hours {
        hour.status = 2;
    }
    let report = agreed(&hours);
    assert_eq!(report.summary.nominated, 0);
    for pool in [report.summary.enterprise, report.summary.community] {
        assert_eq!(
            (pool.base_sum, pool.paid_devices, pool.allocated_io),
            (0, 0, 0)
        );
    }
    assert!(
        report
            .list
            .rows
            .iter()
            .all(|row| row.reason == Exclusion::Down.code())
    );
}

#[test]
fn e36_empty_pool_leaves_the_other_pool_as_it_is() {
    let report = agreed(&fleet()[..3]);
    assert_eq!(report.summary.enterprise.allocated_io, 347_820_519_070);
    assert_eq!(report.summary.community.paid_devices, 0);
    assert_eq!(report.summary.community.allocated_io, 0);
}

#[test]
fn e42_leaf_is_keyed_by_device_and_owner_whatever_the_payout_wallet() {
    // Observations carry no payout wallet at all: a change of it cannot reach the tree.
    let report = agreed(&fleet());
    let bundle = RootBundle::build(None, &[report.list], HOUR).unwrap();
    let (_, owner) = bundle.lifetimes.find(&[2; 32], &[200; 32]).unwrap();
    assert_eq!(owner.earned_io, 322_571_274_814);
    assert_eq!(bundle.lifetimes.rows().len(), 6);
}

#[test]
fn e44_co_stake_that_lands_within_the_hour_earns_from_the_next() {
    let mut hours = fleet();
    hours[0].positions = vec![PositionObservation {
        is_earning: false,
        ..earning(9, 2_500)
    }];
    let report = agreed(&hours);
    let a100 = row(&report, 1);
    assert_eq!(a100.owner_io(), a100.reward_io);
    assert_eq!(a100.co_stakers[0].amount_io, 0);
    // It has its leaf with nothing on it.
    let mut lifetimes = Lifetimes::default();
    lifetimes.add(&report.list).unwrap();
    assert_eq!(lifetimes.find(&[1; 32], &[9; 32]).unwrap().1.earned_io, 0);
    let next = agreed(&fleet());
    lifetimes.add(&next.list).unwrap();
    assert_eq!(
        lifetimes.find(&[1; 32], &[9; 32]).unwrap().1.earned_io,
        4_208_207_376
    );
}

#[test]
fn device_counts_with_enough_observations_and_ties_do_not_pay() {
    let mut silent = fleet();
    silent[0].within.live_minutes = 10;
    silent[2].within.proof = ProofCode::Missing;
    // Two see the device silent, two see it up: the lower middle fails it.
    let files = [
        file(0, fleet()),
        file(1, fleet()),
        file(2, silent.clone()),
        file(3, silent.clone()),
    ];
    let report = build(&files).unwrap();
    assert_eq!(row(&report, 1).state, RowState::Failed);
    assert_eq!(row(&report, 3).state, RowState::Failed);
    // A third that sees it up turns the majority.
    let five = [&files[..], &[file(4, fleet())]].concat();
    let report = build(&five).unwrap();
    assert_eq!(row(&report, 1).state, RowState::Succeeded);
    // Seen by two of the three that are needed: no row.
    let files = [
        file(0, fleet()),
        file(1, fleet()),
        file(2, fleet()[..4].to_vec()),
    ];
    let report = build(&files).unwrap();
    assert_eq!(report.list.rows.len(), 4);
    assert_eq!(report.summary.community.paid_devices, 1);
}

#[test]
fn files_that_do_not_count_change_nothing() {
    let mut files: Vec<ObservationFile> = (0..3).map(|member| file(member, fleet())).collect();
    let report = build(&files).unwrap();
    let mut stranger = file(3, vec![]);
    stranger.verifier = [99; 32];
    let mut other_hour = file(3, fleet());
    other_hour.hour += 1;
    let mut other_cluster = file(3, fleet());
    other_cluster.genesis_hash = [9; 32];
    let blind = file(3, vec![]);
    files.extend([stranger, other_hour, other_cluster, blind]);
    assert_eq!(build(&files).unwrap(), report);
    // Two different files of one author exclude it.
    files.push(file(2, fleet()[..1].to_vec()));
    assert_eq!(build(&files), Err(ReportError::TooFewFiles));
}
