//! `void_epoch_report`: an attested report that breaks a bound does not stop the days after it.

use ide::{
    error::IdeError,
    events::{EpochReportVoided, U64Change},
    state::EpochState,
};
use ion_client::{
    addresses,
    instructions::{ide as ix, registry as governance},
};
use ion_economics::units::DAY;
use ion_merkle::{
    epoch::{ClassRow, EpochReport, LAST_LINK, report_seq},
    report::ReportKind,
};
use ion_program_tests::{
    expect_error,
    ide_stage::{IdeStage, MAX_PROCESSORS, PRICE},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::stage::{copy, with_account, with_extra};

/// `report_ttl`.
const TTL: i64 = 7 * DAY;

fn refused(stage: &IdeStage, instruction: Instruction, error: IdeError) {
    expect_error(stage.send(&[], instruction), ide::ID, error, 0);
}

fn attest(stage: &IdeStage, report: &EpochReport, voided: u8) {
    stage.world.attest(
        ReportKind::EpochReport,
        &ide::ID,
        report_seq(report.day, voided),
        &report.encode(),
    );
}

/// A stage with two ended days, and the first of them.
fn two_days() -> (IdeStage, u64) {
    let stage = IdeStage::new();
    let day = stage.first_day;
    for day in [day, day + 1] {
        stage.open(day);
        stage.allowance(day, 0);
        stage.end(day);
    }
    (stage, day)
}

/// A row of more processors than the class may have.
fn row_above_limits(stage: &IdeStage) -> ClassRow {
    ClassRow {
        processors: MAX_PROCESSORS + 1,
        ..stage.row(6_000_000)
    }
}

#[test]
fn report_that_breaks_a_bound_is_voided_after_its_time_and_a_sound_one_takes_its_place() {
    let (stage, day) = two_days();
    let bad = row_above_limits(&stage);
    let report = stage.report_of(day, 6_000_000, &[bad]);
    attest(&stage, &report, 0);
    let attested_at = stage.world.now();
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("the totals are stored");
    let show = || ix::apply_epoch_rows(day, &[bad], LAST_LINK);
    refused(&stage, show(), IdeError::RowAboveLimits);
    // the day after waits for this one
    let next = stage.report_of(day + 1, 0, &[]);
    attest(&stage, &next, 0);
    let accept_next = || ix::accept_epoch_report(&next, 0);
    refused(&stage, accept_next(), IdeError::EarlierReportMissing);

    let void = ix::void_epoch_report(day, 0);
    refused(&stage, void.clone(), IdeError::ReportNotOverdue);
    stage.set_time(attested_at + TTL);
    refused(&stage, void.clone(), IdeError::ReportNotOverdue);
    stage.set_time(attested_at + TTL + 1);
    for (index, key, error) in [
        (0, addresses::registry::config(), IdeError::WrongConfig),
        (
            1,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (3, addresses::ide::engine(), IdeError::WrongEngine),
    ] {
        let copied = copy(&stage.world, &key);
        refused(&stage, with_account(&void, index, copied), error);
    }
    refused(&stage, with_extra(&void), IdeError::UnexpectedAccounts);
    let seq = stage.epoch(day).event_seq;
    let record = stage.send(&[], void.clone()).expect("voids");
    let event: EpochReportVoided = stage.world.event(ide::ID, &record);
    assert_eq!((event.day, event.seq), (day, seq + 1));
    assert_eq!(event.voided_reports, U64Change { old: 0, new: 1 });
    let poll = addresses::registry::poll(ReportKind::EpochReport, &ide::ID, day);
    assert_eq!(
        (event.epoch, event.poll),
        (addresses::ide::epoch(day), poll)
    );
    let epoch = stage.epoch(day);
    assert_eq!(epoch.state, EpochState::Ended.code());
    assert_eq!((epoch.voided_reports, epoch.class_count), (1, 0));
    assert_eq!(
        (epoch.avail_usd_micros, epoch.floors, epoch.row_hash),
        (0, 0, [0; 32])
    );
    // the voided one counts nowhere any more
    refused(
        &stage,
        ix::accept_epoch_report(&report, 0),
        IdeError::WrongReport,
    );
    refused(&stage, show(), IdeError::NoRowsExpected);
    refused(&stage, void, IdeError::WrongReport);

    // the next sequence of the day
    let row = stage.row(3_000_000);
    let sound = stage.report_of(day, 3_000_000, &[row]);
    attest(&stage, &sound, 1);
    stage
        .send(&[], ix::accept_epoch_report(&sound, 1))
        .expect("accepts");
    stage
        .send(&[], ix::apply_epoch_rows(day, &[row], LAST_LINK))
        .expect("completes");
    assert_eq!(stage.epoch(day).avail_usd_micros, 3_000_000);
    refused(
        &stage,
        ix::void_epoch_report(day, 1),
        IdeError::EpochNotEnded,
    );
    stage.send(&[], accept_next()).expect("its turn");
    for day in [day, day + 1] {
        stage.seal(day, PRICE).expect("seals");
    }
    assert_eq!(stage.epoch(day).obligation_usd_micros, 3_000_000);
    let figures = ion_client::audit::audit_engine(&stage.world.chain).expect("audits");
    for figure in figures {
        assert!(figure.is_equal(), "{figure:?}");
    }
}

/// Rows of one call are applied, the next ones break a bound or nobody knows them: what was counted
/// is forgotten with the report.
#[test]
fn rows_that_were_already_shown_are_forgotten_with_the_report() {
    let (stage, day) = two_days();
    let class = stage.class + 1;
    let by = stage.bank.pubkey();
    stage
        .send(&[], ix::open_class_rates(&by, class))
        .expect("opens");
    let rows = [
        stage.row(6_000_000),
        ClassRow {
            class,
            ..stage.row(6_000_000)
        },
    ];
    let report = stage.report_of(day, 12_000_000, &rows);
    attest(&stage, &report, 0);
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    let next = ion_merkle::epoch::link_rows::<ion_merkle::Sha256Hasher>(&rows[1..], &LAST_LINK);
    stage
        .send(&[], ix::apply_epoch_rows(day, &rows[..1], next))
        .expect("the first row is sound");
    refused(
        &stage,
        ix::apply_epoch_rows(day, &rows[1..], LAST_LINK),
        IdeError::RatesMissing,
    );
    assert_eq!(stage.epoch(day).row_sum_usd_micros, 6_000_000);
    stage.world.warp(TTL + 1);
    stage
        .send(&[], ix::void_epoch_report(day, 0))
        .expect("voids");
    let epoch = stage.epoch(day);
    assert_eq!(
        (epoch.row_sum_usd_micros, epoch.row_cursor, epoch.last_class),
        (0, 0, 0)
    );
    let sound = stage.report_of(day, 6_000_000, &rows[..1]);
    attest(&stage, &sound, 1);
    stage
        .send(&[], ix::accept_epoch_report(&sound, 1))
        .expect("accepts");
    stage
        .send(&[], ix::apply_epoch_rows(day, &rows[..1], LAST_LINK))
        .expect("completes");
    assert_eq!(stage.epoch(day).row_sum_usd_micros, 6_000_000);
}

/// A report that cannot even be accepted, and one whose payload nobody knows, are voided alike.
#[test]
fn report_that_nobody_can_accept_is_voided_after_its_time() {
    let (stage, day) = two_days();
    let wrong = stage.report_of(day, 1, &[]);
    attest(&stage, &wrong, 0);
    refused(
        &stage,
        ix::accept_epoch_report(&wrong, 0),
        IdeError::ReportAboveRows,
    );
    stage.world.warp(TTL + 1);
    stage
        .send(&[], ix::void_epoch_report(day, 0))
        .expect("voids");
    stage.world.attest(
        ReportKind::EpochReport,
        &ide::ID,
        report_seq(day, 1),
        b"nobody knows",
    );
    stage.world.warp(TTL + 1);
    stage
        .send(&[], ix::void_epoch_report(day, 1))
        .expect("voids");
    assert_eq!(stage.epoch(day).voided_reports, 2);
    let sound = stage.report_of(day, 0, &[]);
    attest(&stage, &sound, 2);
    stage
        .send(&[], ix::accept_epoch_report(&sound, 2))
        .expect("accepts");
    assert_eq!(stage.epoch(day).state, EpochState::Reported.code());
}

/// A sound report that had to wait for an earlier day has its whole time once its turn has come, and
/// no other poll takes the place of the day's own.
#[test]
fn attack_waiting_report_cannot_be_voided_before_its_turn_and_its_time() {
    let (stage, day) = two_days();
    let next = stage.report_of(day + 1, 0, &[]);
    attest(&stage, &next, 0);
    // nothing is attested for the first day
    let void = ix::void_epoch_report(day, 0);
    let by = stage.bank.pubkey();
    stage
        .send(
            &[],
            governance::open_poll(&by, ReportKind::EpochReport, &ide::ID, day),
        )
        .expect("opens");
    refused(&stage, void.clone(), IdeError::ReportNotAttested);
    stage.world.warp(3 * TTL);
    refused(
        &stage,
        ix::void_epoch_report(day + 1, 0),
        IdeError::EarlierReportMissing,
    );
    let other = addresses::registry::poll(ReportKind::EpochReport, &ide::ID, day + 1);
    refused(&stage, with_account(&void, 2, other), IdeError::WrongReport);
    stage.world.attest(
        ReportKind::EpochReport,
        &ide::ID,
        day,
        &stage.report_of(day, 0, &[]).encode(),
    );
    stage
        .send(
            &[],
            ix::accept_epoch_report(&stage.report_of(day, 0, &[]), 0),
        )
        .expect("accepts");
    let turn = stage.world.now();
    refused(
        &stage,
        ix::void_epoch_report(day + 1, 0),
        IdeError::ReportNotOverdue,
    );
    stage.set_time(turn + TTL);
    refused(
        &stage,
        ix::void_epoch_report(day + 1, 0),
        IdeError::ReportNotOverdue,
    );
    stage
        .send(&[], ix::accept_epoch_report(&next, 0))
        .expect("accepts");
}

#[test]
fn day_of_the_schedule_has_no_report_to_void() {
    let stage = IdeStage::before_switch();
    let day = stage.engine().next_day;
    stage.open(day);
    attest(&stage, &stage.report_of(day, 0, &[]), 0);
    refused(
        &stage,
        ix::void_epoch_report(day, 0),
        IdeError::EpochNotEnded,
    );
    stage.end(day);
    stage.world.warp(2 * TTL);
    refused(&stage, ix::void_epoch_report(day, 0), IdeError::NotIdeEpoch);
}
