//! `report_fault`, `failover` and `fail_line`.

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
        with_account(&stage.fault_ix(no_line), 5, stage.devices[0]),
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
fn line_that_cannot_be_replaced_fails_at_once_and_its_refund_can_be_pulled() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    let record = stage.crank(stage.fail_ix(1)).unwrap();
    let event: LineFailed = stage.world.event(ID, &record);
    assert_eq!((event.line, event.device), (1, stage.devices[1]));
    assert_eq!((event.refunded, event.vault_part), (COMPUTE, 0));
    assert_eq!(event.refund_due.new, COMPUTE + RESERVATION);
    assert_eq!((event.status.old, event.status.new), (4, 4));
    assert_eq!(event.ends_at.old, event.ends_at.new);
    assert!(event.freed.is_empty());
    assert_eq!(status(&stage, 1), LineStatus::Failed);
    assert_eq!(status(&stage, 0), LineStatus::Hired);
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank_refused(stage.fail_ix(1), E::WrongState);
    stage.crank_refused(stage.fail_ix(0), E::WrongState);
    stage.crank_refused(stage.fail_ix(2), E::UnknownLine);
}

#[test]
fn line_that_can_be_replaced_fails_after_its_grace_only() {
    let (stage, _) = Stage::running_with(2, 0, FAILOVER);
    stage.world.warp(40 * 60 + 420);
    stage.fault(1, 40, 40, 0).unwrap();
    stage.world.warp(180);
    stage.crank_refused(stage.fail_ix(1), E::DeadlineNotPassed);
    stage.world.warp(1);
    stage.crank(stage.fail_ix(1)).unwrap();
}

#[test]
fn last_line_head_line_and_gang_end_the_booking() {
    for (lines, flags, line) in [(1, 0, 0), (3, 0, 0), (3, GANG, 2)] {
        let (stage, _) = Stage::running_with(lines, 0, flags);
        stage.world.warp(47 * 60);
        let booked_end = stage.booking().ends_at;
        stage.fault(line, 40, 40, 0).unwrap();
        if lines > 1 {
            stage.crank_refused(stage.fail_ix(line), E::DeviceAccounts);
        }
        let record = stage.crank(stage.fail_all_ix(line)).unwrap();
        let event: LineFailed = stage.world.event(ID, &record);
        assert_eq!(event.status.new, BookingStatus::Closing as u8);
        assert_eq!(
            (event.ends_at.old, event.ends_at.new),
            (booked_end, stage.world.now())
        );
        assert_eq!(event.deadline, stage.world.now() + 7 * DAY);
        assert_eq!(event.freed.len(), lines - 1);
        assert_eq!(stage.status(), BookingStatus::Closing);
        assert_eq!(stage.booking().is_fault_ended, lines > 1 || line == 0);
        for device in 0..lines {
            assert_eq!(stage.device(device).hired_by, Pubkey::default());
        }
    }
}

#[test]
fn last_line_that_is_not_the_head_ends_the_booking_too() {
    let (stage, spares) = Stage::running_with(2, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    stage.fault(0, 40, 40, 0).unwrap();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    stage.world.warp(600);
    // the replacement of the head line is the head line: it fails first, and all ends
    stage.crank(stage.fail_ix(1)).unwrap();
    assert_eq!(stage.status(), BookingStatus::Running);
    stage.fault(2, 50, 3, 0).unwrap();
    stage.world.warp(600);
    stage.crank(stage.fail_all_ix(2)).unwrap();
    assert_eq!(stage.status(), BookingStatus::Closing);
    assert!(stage.booking().is_fault_ended);
}

#[test]
fn replacement_takes_over_minutes_price_and_reservation() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(47 * 60 + 30);
    stage.fault(0, 40, 40, 0).unwrap();
    let rent_before = stage.world.raw(&stage.key()).lamports;
    let op_seq = stage.booking().op_seq;
    let record = stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    let event: LineReplaced = stage.world.event(ID, &record);
    // 2,832 whole minutes are left of 2,880
    let moved = COMPUTE / 2_880 * 2_832;
    assert_eq!((event.line, event.replacement), (0, 1));
    assert_eq!((event.minutes, event.moved), (2_832, moved));
    assert_eq!(event.reservation, RESERVATION * 2_832 / 2_880);
    assert_eq!((event.refunded, event.vault_part), (COMPUTE - moved, 0));
    assert_eq!(event.op_seq, op_seq);
    let booking = stage.booking();
    assert_eq!(booking.lines.len(), 2);
    assert_eq!((booking.failovers, booking.head_line), (1, 1));
    assert_eq!(booking.op_seq, op_seq + 1);
    let (old, new) = (stage.line(0), stage.line(1));
    assert_eq!(old.status().unwrap(), LineStatus::Replaced);
    assert_eq!(
        (old.moved, old.refunded, old.billed),
        (moved, COMPUTE - moved, 0)
    );
    assert_eq!(new.status().unwrap(), LineStatus::Hired);
    assert_eq!((new.device, new.class, new.qty), (spares[0], CLASS, 1));
    assert_eq!(new.start_offset_s, 47 * 60 + 30);
    assert_eq!(new.compute().unwrap(), moved);
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
    assert_eq!(stage.world.get::<Device>(&spares[0]).hired_by, stage.key());
    let rent = stage.world.raw(&stage.key()).lamports - rent_before;
    assert_eq!((booking.failover_rent, event.rent.new), (rent, rent));
    // payer: compute not moved, and its share of the reservation
    let back = RESERVATION * (COMPUTE - moved) / COMPUTE;
    assert_eq!(booking.refund_due, COMPUTE - moved + back);
}

#[test]
fn replaced_line_and_its_replacement_are_billed_apart_and_the_rent_goes_back() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    let renter_before = stage.world.raw(&stage.renter.pubkey()).lamports;
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    // the replacement serves 2,800 of its 2,833 minutes
    stage.world.warp(2_833 * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.record(0, false, &[40, 1_390]).unwrap();
    stage.record(1, true, &[40, 2_800]).unwrap();
    let (old, new) = (stage.line(0), stage.line(1));
    assert_eq!((old.billed, old.recorded_minutes), (0, 0));
    assert_eq!(new.billed, COMPUTE / 2_880 * 2_800);
    let booking = stage.booking();
    assert_eq!(
        booking.refund_due + new.billed + booking.fees_kept,
        booking.paid
    );
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    stage.world.warp(8 * DAY);
    let scheduler = stage.world.scheduler.pubkey();
    let close = |to: Option<Pubkey>| {
        ix::close(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &stage.mint(),
            &stage.renter.pubkey(),
            &ix::CloseExtras {
                excess: None,
                scheduler: to,
            },
        )
    };
    stage.crank_refused(close(None), E::WrongRentReceiver);
    stage.crank_refused(close(Some(stage.payer.pubkey())), E::WrongRentReceiver);
    let before = stage.world.raw(&scheduler).lamports;
    let rent = booking.failover_rent;
    assert!(rent > 0);
    stage.crank(stage.close_ix()).unwrap();
    assert_eq!(stage.world.raw(&scheduler).lamports - before, rent);
    assert!(stage.world.raw(&stage.renter.pubkey()).lamports > renter_before);
    assert!(!stage.world.exists(&stage.key()));
}

#[test]
fn replacement_of_another_kind_or_price_is_refused() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    let failover = stage.failover_ix(0, &spares[0]);
    let change = |edit_device: fn(&mut Device)| {
        let saved = stage.world.raw(&spares[0]);
        edit::<Device>(&stage.world, &spares[0], edit_device);
        stage.refused(
            &stage.world.scheduler,
            failover.clone(),
            E::WrongReplacement,
        );
        stage.world.put(&spares[0], saved);
    };
    change(|device| device.qty = 2);
    change(|device| device.ask_usd_micros = ASK + 1);
    change(|device| device.ask_usd_micros = 0);
    stage.refused(
        &stage.world.scheduler,
        with_account(&failover, 8, addresses::registry::class(CLASS + 1)),
        E::WrongClass,
    );
    stage.refused(
        &stage.world.scheduler,
        with_extra(&failover),
        E::ExtraAccounts,
    );
    stage.send(&stage.world.scheduler, failover).unwrap();
}

#[test]
fn replacement_that_is_not_free_is_refused() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    let failover = stage.failover_ix(0, &spares[0]);
    let end = stage.booking().ends_at;
    let unavailable = |edit_device: &dyn Fn(&mut Device)| {
        let saved = stage.world.raw(&spares[0]);
        edit::<Device>(&stage.world, &spares[0], edit_device);
        stage.refused(
            &stage.world.scheduler,
            failover.clone(),
            E::ReplacementUnavailable,
        );
        stage.world.put(&spares[0], saved);
    };
    unavailable(&|device| device.status = 2);
    unavailable(&|device| device.hired_by = Pubkey::new_unique());
    unavailable(&|device| device.open_until = end - 1);
    unavailable(&|device| device.onboarded_at = 0);
    let stake = addresses::staking::device_stake(&spares[0]);
    let saved = stage.world.raw(&stake);
    edit::<staking::state::DeviceStake>(&stage.world, &stake, |stake| stake.active_io -= 1);
    stage.refused(
        &stage.world.scheduler,
        failover.clone(),
        E::ReplacementUnavailable,
    );
    stage.world.put(&stake, saved);
    // the device that failed, back again, is in the booking already
    stage.refused(
        &stage.world.scheduler,
        stage.failover_ix(0, &stage.devices[0]),
        E::DuplicateDevice,
    );
    let foreign = addresses::staking::device_stake(&stage.devices[0]);
    stage.refused(
        &stage.world.scheduler,
        with_account(&failover, 7, foreign),
        E::WrongStake,
    );
    stage.send(&stage.world.scheduler, failover).unwrap();
}

#[test]
fn failover_is_the_schedulers_inside_the_grace_and_not_while_paused() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    let early = stage.failover_ix(0, &spares[0]);
    stage.refused(&stage.world.scheduler, early, E::WrongState);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    let failover = stage.failover_ix(0, &spares[0]);
    stage.refused(
        &stage.payer,
        with_account(&failover, 0, stage.payer.pubkey()),
        E::NotScheduler,
    );
    let wrong_op = ix::failover(
        &stage.world.scheduler.pubkey(),
        &stage.key(),
        0,
        &ix::QuotedDevice {
            device: spares[0],
            class: CLASS,
        },
        stage.booking().op_seq + 1,
    );
    stage.refused(&stage.world.scheduler, wrong_op, E::WrongOpSeq);
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.refused(&stage.world.scheduler, failover.clone(), E::Paused);
    stage
        .send(
            &stage.world.guardian,
            reg::unpause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.world.warp(181);
    stage.refused(&stage.world.scheduler, failover.clone(), E::DeadlinePassed);
    stage.world.warp(-1);
    stage
        .send(&stage.world.scheduler, failover.clone())
        .unwrap();
    stage.refused(&stage.world.scheduler, failover, E::DuplicateDevice);
}

#[test]
fn line_without_the_flag_a_slot_or_a_replacement_left_is_not_replaced() {
    let (stage, spares) = Stage::running_with(1, 1, 0);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.failover_ix(0, &spares[0]),
        E::NotReplaceable,
    );

    let (stage, spares) = Stage::running_with(1, 4, FAILOVER);
    for at in 0..3u8 {
        stage.world.warp(600);
        let minute = (stage.world.now() - stage.booking().started_at) / 60;
        stage.fault(at, minute, 0, 0).unwrap();
        stage
            .send(
                &stage.world.scheduler,
                stage.failover_ix(at, &spares[usize::from(at)]),
            )
            .unwrap();
    }
    stage.world.warp(600);
    stage.fault(3, 40, 0, 0).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.failover_ix(3, &spares[3]),
        E::NotReplaceable,
    );
    stage.crank(stage.fail_all_ix(3)).unwrap();

    let (stage, spares) = Stage::running_with(8, 1, FAILOVER);
    stage.world.warp(600);
    stage.fault(5, 5, 0, 0).unwrap();
    stage.refused(
        &stage.world.scheduler,
        stage.failover_ix(5, &spares[0]),
        E::NotReplaceable,
    );
    stage.crank(stage.fail_ix(5)).unwrap();
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

#[test]
fn renter_who_ends_while_a_line_is_failing_is_refunded_for_it() {
    let (stage, _) = Stage::running_with(2, 0, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    let terminate = ix::terminate(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.hired(),
    );
    stage.send(&stage.renter, terminate).unwrap();
    assert_eq!(status(&stage, 1), LineStatus::Failed);
    assert_eq!(stage.booking().refund_due, COMPUTE + RESERVATION);
    // the other line: the first hour is not refundable
    stage.record(0, true, &[47, 40]).unwrap();
    assert_eq!(stage.line(0).billed, COMPUTE / 48);
    assert_eq!(stage.line(1).billed, 0);
}

#[test]
fn silence_after_a_fault_pays_what_the_report_kept() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(2_000 * 60 + 420);
    stage.fault(1, 2_000, 2_000, 1_440).unwrap();
    stage.crank(stage.fail_ix(1)).unwrap();
    stage.world.warp(880 * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.world.warp(7 * DAY + 1);
    stage
        .crank(ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]))
        .unwrap();
    let line = stage.line(1);
    // no record ever came: the kept day waits for its supplier, less the supplier fee
    assert_eq!(line.earned, 119_520_000);
    assert_eq!(line.pay_due, 119_520_000 - 2_689_200);
    assert_eq!(stage.booking().fees_due, 2_689_200);
    assert_eq!(stage.line(0).billed, 0);
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    let pull = ix::pull_pay_due(
        &stage.world.authority.pubkey(),
        &stage.key(),
        1,
        &stage.devices[1],
        &stage.mint(),
        &stage.purse(&stage.payout.pubkey()),
    );
    stage.crank(pull).unwrap();
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert_eq!(
        stage.world.usdc_of(&stage.payout.pubkey()),
        119_520_000 - 2_689_200
    );
}

#[test]
fn boundary_record_and_end_in_one_second_leave_room_for_the_final_record() {
    let stage = Stage::running();
    stage.world.warp(DAY);
    stage.record(0, false, &[1_440]).unwrap();
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(1, true, &[1_440]).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settling);
    assert_eq!(stage.line(0).billed, COMPUTE / 2);
    assert_eq!(stage.booking().refund_due, COMPUTE / 2);
}
