//! Rows of a report: their proofs, rates, limits and totals.

use super::*;

/// A day with a report over two classes, accepted.
fn two_rows() -> (IdeStage, u64, [ClassRow; 2]) {
    let (stage, day) = ended();
    let second = stage.class + 1;
    let by = solana_signer::Signer::pubkey(&stage.bank);
    stage
        .send(&[], ix::open_class_rates(&by, second))
        .expect("opens");
    let key = addresses::ide::rates(second);
    let first: ClassRates = stage.world.get(&addresses::ide::rates(stage.class));
    let mut account = stage.world.raw(&key);
    let mut rates: ClassRates = bytemuck::pod_read_unaligned(&account.data[8..]);
    rates.sets = first.sets;
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&rates));
    stage.world.put(&key, account);
    let row = stage.row(6_000_000);
    let rows = [
        row,
        ClassRow {
            class: second,
            ..row
        },
    ];
    let report = stage.report_of(day, 12_000_000, &rows);
    stage.attest(&report);
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    (stage, day, rows)
}

#[test]
fn rows_in_two_calls_complete_the_report() {
    let (stage, day, rows) = two_rows();
    let middle = link_rows::<Sha256Hasher>(&rows[1..], &LAST_LINK);
    stage
        .send(&[], ix::apply_epoch_rows(day, &rows[..1], middle))
        .expect("applies");
    let epoch = stage.epoch(day);
    assert_eq!((epoch.row_cursor, epoch.row_hash), (1, middle));
    assert_eq!(epoch.state, EpochState::Ended.code());
    stage
        .send(&[], ix::apply_epoch_rows(day, &rows[1..], LAST_LINK))
        .expect("applies");
    assert_eq!(stage.epoch(day).state, EpochState::Reported.code());
}

#[test]
fn rows_that_are_not_the_attested_ones_are_refused() {
    let (stage, day, rows) = two_rows();
    let good = ix::apply_epoch_rows(day, &rows, LAST_LINK);
    let with = |rows: &[ClassRow], link| ix::apply_epoch_rows(day, rows, link);
    refused(&stage, with(&[], LAST_LINK), IdeError::RowCount);
    let three = [rows[0], rows[1], rows[1]];
    refused(&stage, with(&three, LAST_LINK), IdeError::RowCount);
    refused(&stage, with(&rows[..1], LAST_LINK), IdeError::RowHash);
    refused(&stage, with(&rows, [1; 32]), IdeError::RowHash);
    let swapped = [rows[1], rows[0]];
    refused(&stage, with(&swapped, LAST_LINK), IdeError::RowHash);
    let more = [
        rows[0],
        ClassRow {
            processor_minutes: rows[1].processor_minutes + 1,
            ..rows[1]
        },
    ];
    refused(&stage, with(&more, LAST_LINK), IdeError::RowHash);
    // accounts: missing, one too many, swapped, of another program, of another type
    let mut fewer = good.clone();
    fewer.accounts.pop();
    refused(&stage, fewer, IdeError::RowAccounts);
    refused(&stage, with_extra(&good), IdeError::RowAccounts);
    let last = good.accounts.len() - 1;
    refused(
        &stage,
        with_account(&good, last, addresses::ide::rates(rows[0].class)),
        IdeError::RowAccounts,
    );
    let foreign = foreign_copy(&stage.world, &addresses::ide::rates(rows[1].class));
    refused(
        &stage,
        with_account(&good, last, foreign),
        IdeError::RowAccounts,
    );
    for other in [addresses::ide::vaults(), addresses::ide::roots()] {
        refused(
            &stage,
            with_account(&good, last, other),
            IdeError::RowAccounts,
        );
    }
    refused(
        &stage,
        with_account(&good, 0, copy(&stage.world, &addresses::ide::engine())),
        IdeError::WrongEngine,
    );
    stage.send(&[], good).expect("applies");
}

/// Sends a report whose rows are attested as they are.
fn attested_rows(avail: u64, floors: u64, rows: &[ClassRow]) -> (IdeStage, Result<(), u32>) {
    let (stage, day) = ended();
    let report = EpochReport {
        floors,
        ..stage.report_of(day, avail, rows)
    };
    stage.attest(&report);
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    let sent = stage.send(&[], ix::apply_epoch_rows(day, rows, LAST_LINK));
    let result = match sent {
        Ok(_) => Ok(()),
        Err(ion_client::send::SendError::Program(failure)) => Err(failure.code),
        Err(error) => panic!("{error}"),
    };
    (stage, result)
}

#[test]
fn attested_rows_are_checked_against_rates_limits_and_totals() {
    let class = IdeStage::new().class;
    let row = |minutes| ClassRow {
        class,
        processors: 100,
        processor_minutes: minutes,
    };
    let code = |error: IdeError| Err(u32::from(error));
    // 60 minutes at 60,000 an hour: 1,000 a minute
    let check = |avail, floors, rows: &[ClassRow]| attested_rows(avail, floors, rows).1;
    assert_eq!(check(60_000, 0, &[row(60)]), Ok(()));
    assert_eq!(
        check(60_001, 0, &[row(60)]),
        code(IdeError::ReportAboveRows)
    );
    assert_eq!(check(59_990, 10, &[row(60)]), Ok(()));
    assert_eq!(
        check(59_989, 10, &[row(60)]),
        code(IdeError::ReportBelowRows)
    );
    let full = row(100 * 1_440);
    assert_eq!(check(144_000_000, 0, &[full]), Ok(()));
    assert_eq!(
        check(144_001_000, 0, &[row(100 * 1_440 + 1)]),
        code(IdeError::RowAboveLimits)
    );
    let crowd = ClassRow {
        processors: MAX_PROCESSORS + 1,
        ..row(60)
    };
    assert_eq!(check(60_000, 0, &[crowd]), code(IdeError::RowAboveLimits));
    let twice = [row(60), row(60)];
    assert_eq!(check(120_000, 0, &twice), code(IdeError::RowOrder));
}

#[test]
fn row_of_a_class_without_rates_for_the_day_is_refused() {
    let (stage, day) = ended();
    let class = stage.class + 1;
    let by = solana_signer::Signer::pubkey(&stage.bank);
    stage
        .send(&[], ix::open_class_rates(&by, class))
        .expect("opens");
    let row = ClassRow {
        class,
        ..stage.row(6_000_000)
    };
    let report = stage.report_of(day, 6_000_000, &[row]);
    stage.attest(&report);
    stage
        .send(&[], ix::accept_epoch_report(&report, 0))
        .expect("accepts");
    refused(
        &stage,
        ix::apply_epoch_rows(day, &[row], LAST_LINK),
        IdeError::RatesMissing,
    );
    let _: Pubkey = addresses::ide::rates(class);
}

/// What the devices earned exceeds the limit of the day: the report stands at the limit exactly.
#[test]
fn e96_report_scaled_to_the_limit_is_accepted() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 4_000_001);
    stage.open(day);
    stage.end(day);
    let row = stage.row(6_000_000);
    let above = stage.report_of(day, 4_000_002, &[row]);
    let exact = stage.report_of(day, 4_000_001, &[row]);
    stage.attest(&exact);
    refused(
        &stage,
        ix::accept_epoch_report(&above, 0),
        IdeError::WrongPayload,
    );
    stage
        .send(&[], ix::accept_epoch_report(&exact, 0))
        .expect("accepts");
    stage
        .send(&[], ix::apply_epoch_rows(day, &[row], LAST_LINK))
        .expect("applies");
    assert_eq!(stage.epoch(day).state, EpochState::Reported.code());
}

#[test]
fn attested_report_above_the_limit_is_refused() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 4_000_001);
    stage.open(day);
    stage.end(day);
    let row = stage.row(6_000_000);
    let above = stage.report_of(day, 4_000_002, &[row]);
    stage.attest(&above);
    stage
        .send(&[], ix::accept_epoch_report(&above, 0))
        .expect("accepts");
    refused(
        &stage,
        ix::apply_epoch_rows(day, &[row], LAST_LINK),
        IdeError::ReportAboveLimit,
    );
}
