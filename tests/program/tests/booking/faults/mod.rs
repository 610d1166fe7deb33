//! `report_fault`, `failover` and `fail_line`.

mod endings;
mod failover;

use booking::error::BookingError as E;
use booking::{
    ID, ReportFaultArgs,
    events::{FaultReported, LineFailed, LineReplaced},
    state::Booking,
};
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::DAY,
};
use ion_merkle::report::ReportKind;
use registry::state::{Device, PauseBit};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    ASK, CLASS, COMPUTE, PAYMENT, RESERVATION, Stage, edit, with_account, with_extra,
};

const GANG: u8 = 1;
const FAILOVER: u8 = 2;

fn status(stage: &Stage, line: u8) -> LineStatus {
    stage.line(line).status().unwrap()
}

#[test]
fn fault_is_stored_and_its_device_freed() {
    let stage = Stage::running();
    stage.world.warp(47 * 60);
    let start = stage.booking().started_at;
    let record = stage.fault(0, 40, 38, 0).unwrap();
    let event: FaultReported = stage.world.event(ID, &record);
    assert_eq!(
        (event.line, event.device, event.kind),
        (0, stage.devices[0], 1)
    );
    assert_eq!(
        (event.fault_at, event.served_minutes, event.kept_minutes),
        (start + 2_400, 38, 0)
    );
    assert_eq!(event.replace_until, start + 2_400 + 600);
    assert_eq!((event.fault_seq, event.fault_seq_before), (1, 0));
    assert_eq!(
        (event.line_status.old, event.line_status.new),
        (LineStatus::Hired as u8, LineStatus::Failing as u8)
    );
    let booking = stage.booking();
    assert_eq!(booking.status, BookingStatus::Running as u8);
    assert_eq!((booking.last_fault_seq, booking.refund_due), (1, 0));
    let line = stage.line(0);
    assert_eq!(
        (line.fault_offset_s, line.served_minutes, line.kept_minutes),
        (2_400, 38, 0)
    );
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
}

#[test]
fn report_is_used_once_and_in_order() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(3_000);
    let mut args = stage.fault_args(1, 40, 40, 0);
    args.fault_seq = 5;
    stage.attest_fault(&args);
    stage.crank(stage.fault_ix(args.clone())).unwrap();
    stage.crank_refused(stage.fault_ix(args.clone()), E::FaultSeqUsed);
    for seq in [4, 5] {
        let earlier = ReportFaultArgs {
            fault_seq: seq,
            line: 0,
            ..args.clone()
        };
        if seq == 4 {
            stage.attest_fault(&earlier);
        }
        stage.crank_refused(stage.fault_ix(earlier), E::FaultSeqUsed);
    }
    stage.fault(0, 40, 40, 0).unwrap();
    assert_eq!(stage.booking().last_fault_seq, 6);
}

#[test]
fn report_that_is_not_attested_or_differs_is_refused() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(3_000);
    let args = stage.fault_args(1, 40, 40, 0);
    stage
        .crank(reg::open_poll(
            &stage.world.authority.pubkey(),
            ReportKind::FaultReport,
            &stage.key(),
            1,
        ))
        .unwrap();
    stage.crank_refused(stage.fault_ix(args.clone()), E::ReportNotAttested);
    stage.attest_fault(&args);
    for changed in [
        ReportFaultArgs {
            line: 0,
            ..args.clone()
        },
        ReportFaultArgs {
            kind: 2,
            ..args.clone()
        },
        ReportFaultArgs {
            fault_at: args.fault_at + 1,
            ..args.clone()
        },
        ReportFaultArgs {
            served_minutes: 39,
            ..args.clone()
        },
        ReportFaultArgs {
            bundle: [7; 32],
            ..args.clone()
        },
    ] {
        stage.crank_refused(stage.fault_ix(changed), E::WrongPayload);
    }
    let unknown = ReportFaultArgs {
        kind: 3,
        ..args.clone()
    };
    stage.crank_refused(stage.fault_ix(unknown), E::UnknownFault);
    let no_line = ReportFaultArgs {
        line: 2,
        ..args.clone()
    };
    stage.crank_refused(
        with_account(stage.fault_ix(no_line), 5, stage.devices[0]),
        E::UnknownLine,
    );
    let fault = stage.fault_ix(args);
    stage.crank_refused(with_account(&fault, 5, stage.devices[0]), E::WrongDevice);
    stage.crank_refused(with_extra(&fault), E::ExtraAccounts);
    stage.crank(fault).unwrap();
}

#[test]
fn report_of_another_booking_is_refused() {
    let stage = Stage::running();
    stage.world.warp(3_000);
    let args = stage.fault_args(0, 40, 40, 0);
    stage.attest_fault(&args);
    let other = addresses::registry::poll(ReportKind::FaultReport, &stage.devices[0], 1);
    stage
        .crank(reg::open_poll(
            &stage.world.authority.pubkey(),
            ReportKind::FaultReport,
            &stage.devices[0],
            1,
        ))
        .unwrap();
    let fault = stage.fault_ix(args);
    stage.crank_refused(with_account(&fault, 3, other), E::WrongReport);
    stage.crank(fault).unwrap();
}

#[test]
fn report_is_usable_for_seven_days() {
    let stage = Stage::running();
    stage.world.warp(3_000);
    let args = stage.fault_args(0, 40, 40, 0);
    stage.attest_fault(&args);
    edit::<Booking>(&stage.world, &stage.key(), |booking| {
        booking.ends_at += 30 * DAY
    });
    stage.world.warp(7 * DAY + 1);
    stage.crank_refused(stage.fault_ix(args.clone()), E::ReportExpired);
    stage.world.warp(-1);
    stage.crank(stage.fault_ix(args)).unwrap();
}

#[test]
fn minutes_of_a_report_stand_within_those_of_the_line() {
    let stage = Stage::running();
    stage.world.warp(DAY);
    stage.record(0, false, &[1_400]).unwrap();
    stage.world.warp(DAY - 600);
    for (minute, served, kept, error) in [
        (1_500, 1_399, 1_399, E::MinutesFell), // below the accepted record
        (1_500, 1_420, 1_421, E::MinutesFell), // kept above served
        (1_500, 1_501, 1_400, E::MinutesAboveHired), // served above elapsed
        (1_500, 1_460, 1_441, E::MinutesAboveHired), // kept beyond the boundary
        (-1, 1_400, 1_400, E::FaultTime),
        (2_871, 1_400, 1_400, E::FaultTime), // in the future
    ] {
        let mut args = stage.fault_args(0, minute, served, kept);
        args.fault_seq = u64::from(served) * 10_000 + u64::try_from(minute + 5).unwrap();
        stage.attest_fault(&args);
        stage.crank_refused(stage.fault_ix(args), error);
    }
    stage.world.warp(600);
    let late = stage.fault_args(0, 2_880, 1_400, 1_400);
    stage.attest_fault(&late);
    stage.crank_refused(stage.fault_ix(late), E::FaultTime); // at the booked end
    let mut good = stage.fault_args(0, 1_500, 1_460, 1_440);
    good.fault_seq = 2;
    stage.attest_fault(&good);
    stage.crank(stage.fault_ix(good)).unwrap();
}

#[test]
fn fault_of_a_line_that_is_not_hired_is_refused() {
    let stage = Stage::running();
    stage.world.warp(3_000);
    stage.fault(0, 40, 40, 0).unwrap();
    let again = stage.fault_args(0, 41, 40, 0);
    stage.attest_fault(&again);
    stage.crank_refused(stage.fault_ix(again), E::WrongState);
    let stage = Stage::running();
    stage.world.warp(3_000);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    let over = stage.fault_args(0, 40, 40, 0);
    stage.attest_fault(&over);
    stage.crank_refused(stage.fault_ix(over), E::WrongState);
}

#[test]
fn faults_follow_the_published_vectors() {
    for (minute, served, kept, refund, reservation_back, gross, vault) in [
        (40, 40, 0, 239_040_000, 597_600, 0, 0),
        (1_439, 1_439, 0, 124_583_000, 311_457, 0, 114_457_000),
        (
            2_000,
            2_000,
            1_440,
            78_020_000,
            195_050,
            119_520_000,
            41_500_000,
        ),
    ] {
        let stage = Stage::running();
        stage.world.warp(minute * 60 + 420);
        stage.fault(0, minute, served, kept).unwrap();
        stage.crank(stage.fail_all_ix(0)).unwrap();
        let booking = stage.booking();
        assert_eq!(booking.refund_due, refund + reservation_back);
        assert_eq!(stage.line(0).vault_part, vault);
        let last = booking.record_clock().unwrap().final_seq().unwrap();
        for seq in 0..last {
            stage.record(seq, false, &[1_440]).unwrap();
        }
        stage.record(last, true, &[served]).unwrap();
        assert_eq!(stage.line(0).billed, gross + vault);
        stage.crank(stage.refund_ix()).unwrap();
        stage.earn_all_and_settle();
        assert_eq!(stage.line(0).earned, gross);
        assert_eq!(stage.world.token(&stage.escrow()), 0);
        let supplier_fee = gross * 225 / 10_000;
        assert_eq!(
            stage.world.token(&stage.fee_vault()),
            vault + PAYMENT + RESERVATION - reservation_back + supplier_fee
        );
    }
}
