//! `end_epoch`, `accept_epoch_report`, `apply_epoch_rows`.

mod rows;

use ide::{
    error::IdeError,
    events::{EpochEnded, EpochReportAccepted, EpochRowsApplied, U64Change},
    state::{ClassRates, EpochState},
};
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::{params::ide as params, units::DAY};
use ion_merkle::{
    Sha256Hasher,
    epoch::{ClassRow, EpochReport, LAST_LINK, link_rows},
    report::ReportKind,
};
use ion_program_tests::{
    expect_error, expect_framework_error,
    ide_stage::{AVAIL_RATE, IdeStage, MAX_PROCESSORS},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use crate::stage::{copy, edit_epoch, foreign_copy, with_account, with_extra};

fn refused(stage: &IdeStage, instruction: Instruction, error: IdeError) {
    expect_error(stage.send(&[], instruction), ide::ID, error, 0);
}

/// A stage whose first day of the engine is over, and that day.
fn ended() -> (IdeStage, u64) {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.end(day);
    (stage, day)
}

#[test]
fn end_closes_a_day_that_is_over() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    refused(&stage, ix::end_epoch(day), IdeError::DayNotOver);
    stage.set_time((day + 1) as i64 * DAY - 1);
    refused(&stage, ix::end_epoch(day), IdeError::DayNotOver);
    stage.set_time((day + 1) as i64 * DAY);
    let good = ix::end_epoch(day);
    let params = copy(&stage.world, &addresses::registry::params(&ide::ID));
    refused(
        &stage,
        with_account(&good, 0, params),
        IdeError::WrongParams,
    );
    refused(&stage, with_extra(&good), IdeError::UnexpectedAccounts);
    let record = stage.send(&[], good.clone()).expect("ends");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.state, EpochState::Ended.code());
    assert_eq!(epoch.ended_at, stage.world.now());
    let event: EpochEnded = stage.world.event(ide::ID, &record);
    assert_eq!((event.day, event.seq), (day, epoch.event_seq));
    refused(&stage, good, IdeError::EpochNotAccruing);
}

#[test]
fn end_stamps_the_limit_only_where_none_was_set_at_the_opening() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 0);
    stage.open(day);
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 77);
    stage.open(day + 1);
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 88);
    stage.end(day);
    stage.end(day + 1);
    assert_eq!(stage.epoch(day).max_obligation_usd_micros, 88);
    assert_eq!(stage.epoch(day + 1).max_obligation_usd_micros, 77);
}

#[test]
fn report_with_rows_makes_the_day_reported() {
    let (stage, day) = ended();
    let row = stage.row(6_000_000);
    let report = EpochReport {
        floors: 24,
        ..stage.report_of(day, 5_999_990, &[row])
    };
    stage.attest(&report);
    let record = stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    let event: EpochReportAccepted = stage.world.event(ide::ID, &record);
    assert_eq!(
        (event.avail_usd_micros, event.floors, event.is_complete),
        (5_999_990, 24, false)
    );
    let epoch = stage.epoch(day);
    assert_eq!(epoch.state, EpochState::Ended.code());
    assert_eq!((epoch.class_count, epoch.row_hash), (1, report.class_rows));
    // a second acceptance is refused while the rows are missing
    refused(
        &stage,
        ix::accept_epoch_report(&report, 0),
        IdeError::EpochNotEnded,
    );
    let record = stage
        .send(&[], ix::apply_epoch_rows(day, &[row], LAST_LINK))
        .expect("applies");
    let event: EpochRowsApplied = stage.world.event(ide::ID, &record);
    assert!(event.is_complete);
    assert_eq!(event.rows[0].avail_rate_usd_micros, AVAIL_RATE);
    assert_eq!(
        event.row_sum_usd_micros,
        U64Change {
            old: 0,
            new: 6_000_000
        }
    );
    let epoch = stage.epoch(day);
    assert_eq!(epoch.state, EpochState::Reported.code());
    assert_eq!(epoch.reported_at, stage.world.now());
    assert_eq!(stage.engine().reported_day, day);
    refused(
        &stage,
        ix::accept_epoch_report(&report, 0),
        IdeError::EpochNotEnded,
    );
    refused(
        &stage,
        ix::apply_epoch_rows(day, &[row], LAST_LINK),
        IdeError::NoRowsExpected,
    );
}

#[test]
fn report_without_rows_is_complete_at_once_and_owes_nothing() {
    let (stage, day) = ended();
    let wrong = stage.report_of(day, 1, &[]);
    stage.attest(&wrong);
    refused(
        &stage,
        ix::accept_epoch_report(&wrong, 0),
        IdeError::ReportAboveRows,
    );
    let (stage, day) = ended();
    stage.report(day, 0);
    assert_eq!(stage.epoch(day).state, EpochState::Reported.code());
}

#[test]
fn report_that_is_not_the_attested_one_of_its_day_is_refused() {
    let (stage, day) = ended();
    let row = stage.row(6_000_000);
    let report = stage.report_of(day, 6_000_000, &[row]);
    let good = ix::accept_epoch_report(&report, 0);
    expect_framework_error(
        stage.send(&[], good.clone()),
        ide::ID,
        anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    let open = ion_client::instructions::registry::open_poll(
        &solana_signer::Signer::pubkey(&stage.bank),
        ReportKind::EpochReport,
        &ide::ID,
        day,
    );
    stage.send(&[], open).expect("opens");
    refused(&stage, good.clone(), IdeError::ReportNotAttested);
    stage.attest(&report);
    for changed in [
        EpochReport {
            avail_usd_micros: 6_000_001,
            ..report
        },
        EpochReport {
            floors: 1,
            ..report
        },
        EpochReport {
            class_count: 2,
            ..report
        },
        EpochReport {
            class_rows: [1; 32],
            ..report
        },
        EpochReport {
            bundle: [1; 32],
            ..report
        },
    ] {
        refused(
            &stage,
            ix::accept_epoch_report(&changed, 0),
            IdeError::WrongPayload,
        );
    }
    let other = stage
        .world
        .attest(ReportKind::EpochReport, &registry::ID, day, &[]);
    refused(&stage, with_account(&good, 1, other), IdeError::WrongReport);
    for (index, key, error) in [
        (0, addresses::registry::config(), IdeError::WrongConfig),
        (2, addresses::ide::engine(), IdeError::WrongEngine),
    ] {
        let copied = copy(&stage.world, &key);
        refused(&stage, with_account(&good, index, copied), error);
    }
    let forged = foreign_copy(
        &stage.world,
        &addresses::registry::poll(ReportKind::EpochReport, &ide::ID, day),
    );
    expect_framework_error(
        stage.send(&[], with_account(&good, 1, forged)),
        ide::ID,
        anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    refused(&stage, with_extra(&good), IdeError::UnexpectedAccounts);
    stage.send(&[], good).expect("accepts");
}

#[test]
fn report_of_a_running_or_scheduled_day_is_refused() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    let report = stage.report_of(day, 0, &[]);
    stage.attest(&report);
    refused(
        &stage,
        ix::accept_epoch_report(&report, 0),
        IdeError::EpochNotEnded,
    );
    let earlier = stage.report_of(day - 1, 0, &[]);
    stage.attest(&earlier);
    edit_epoch(&stage.world, &addresses::ide::epoch(day - 1), |epoch| {
        epoch.state = EpochState::Ended.code();
    });
    refused(
        &stage,
        ix::accept_epoch_report(&earlier, 0),
        IdeError::NotIdeEpoch,
    );
}

#[test]
fn e81_report_of_the_next_day_waits_for_that_of_this_one() {
    let (stage, day) = ended();
    stage.open(day + 1);
    stage.end(day + 1);
    let next = stage.report_of(day + 1, 0, &[]);
    stage.attest(&next);
    refused(
        &stage,
        ix::accept_epoch_report(&next, 0),
        IdeError::EarlierReportMissing,
    );
    stage.report(day, 0);
    stage
        .send(&[], ix::accept_epoch_report(&next, 0))
        .expect("nothing is lost");
}
