//! Faults that end a line or the booking, and what is paid then.

use super::*;

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
