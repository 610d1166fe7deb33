//! Devices and suppliers that fall out.

use super::*;

#[test]
fn e54_device_lost_at_minute_30_pays_its_supplier_nothing() {
    let stage = Stage::running();
    stage.world.warp(30 * 60 + 421);
    stage.fault(0, 30, 30, 0).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    assert_eq!(stage.booking().refund_due, COMPUTE + RESERVATION);
    stage.crank(stage.refund_ix()).unwrap();
    stage.record(0, true, &[30]).unwrap();
    stage.earn_all_and_settle();
    assert_eq!(stage.world.usdc_of(&stage.payout.pubkey()), 0);
    assert_eq!(stage.world.token(&stage.fee_vault()), PAYMENT);
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - PAYMENT
    );
}

#[test]
fn e55_five_minutes_offline_are_not_billed() {
    let stage = Stage::closing();
    stage.record(0, false, &[1_435]).unwrap();
    stage.record(1, true, &[2_875]).unwrap();
    assert_eq!(stage.line(0).billed, minutes(2_875));
    assert_eq!(stage.booking().refund_due, minutes(5));
}

#[test]
fn e56_one_device_of_several_fails() {
    // replaced without a price: nothing is read, nothing is charged
    let (stage, spares) = Stage::running_with(3, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    let before = stage.money();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(1, &spares[0]))
        .unwrap();
    assert_eq!(stage.money(), before);
    assert_eq!(stage.hired().len(), 3);
    // not replaced: that line ends and the others go on
    let (stage, _) = Stage::running_with(3, 0, 0);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    stage.crank(stage.fail_ix(1)).unwrap();
    assert_eq!(
        (stage.status(), stage.hired().len()),
        (BookingStatus::Running, 2)
    );
    // a gang ends together, the others paid for what they served
    let (stage, _) = Stage::running_with(3, 0, GANG);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    stage.crank(stage.fail_all_ix(1)).unwrap();
    stage.record(0, true, &[47, 40, 30]).unwrap();
    let billed: Vec<u64> = (0..3).map(|line| stage.line(line).billed).collect();
    assert_eq!(billed, [minutes(47), 0, minutes(30)]);
}

#[test]
fn e57_failure_after_twenty_hours_leaves_the_supplier_of_that_day_unpaid() {
    let stage = Stage::running();
    stage.world.warp(DAY);
    stage.record(0, false, &[1_440]).unwrap();
    stage.world.warp(20 * 3_600 + 421);
    stage.fault(0, 1_440 + 1_200, 1_440 + 1_200, 1_440).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    // the renter pays the served minutes less 60; those of the failed day go to the fee vault
    assert_eq!(stage.line(0).vault_part, minutes(1_140));
    assert_eq!(stage.line(0).refunded, minutes(2_880 - 1_440 - 1_140));
    stage.record(1, true, &[2_640]).unwrap();
    stage.earn_all_and_settle();
    assert_eq!(stage.line(0).earned, minutes(1_440));
}

#[test]
fn e64_device_terminated_or_blocked_during_a_booking_goes_on_until_its_end() {
    for status in [4, 5] {
        let gone = |stage: &Stage| {
            edit::<Device>(&stage.world, &stage.devices[0], |device| {
                device.status = status
            });
        };
        let stage = Stage::running();
        stage.world.warp(60);
        gone(&stage);
        stage.world.warp(i64::from(MINUTES) * 60 - 60);
        stage.crank(stage.end_ix()).unwrap();
        stage.record(0, false, &[1_440]).unwrap();
        stage.record(1, true, &[2_880]).unwrap();
        assert_eq!(stage.line(0).billed, COMPUTE);
        let stage = Stage::running();
        stage.world.warp(3_000);
        gone(&stage);
        stage.fault(0, 40, 40, 0).unwrap();
        assert_eq!(stage.line(0).status().unwrap(), LineStatus::Failing);
        assert_eq!(stage.device(0).hired_by, Pubkey::default());
    }
}

#[test]
fn e65_head_line_fails() {
    // replaced in the grace: the booking goes on with the replacement as its head
    let (stage, spares) = Stage::running_with(2, 1, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    assert_eq!(stage.booking().head_line, 2);
    assert_eq!(stage.status(), BookingStatus::Running);
    // not replaced: all lines end, the other is paid for what it served, without a first hour
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    stage.record(0, true, &[40, 46]).unwrap();
    assert_eq!(stage.line(1).billed, minutes(46));
    let back = RESERVATION * (COMPUTE - minutes(46)) / COMPUTE;
    assert_eq!(
        stage.booking().refund_due,
        COMPUTE + RESERVATION + COMPUTE - minutes(46) + back
    );
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    assert_eq!(stage.line(1).earned, minutes(46));
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn e88_supplier_that_drops_off_before_the_day_is_over_loses_it() {
    let stage = Stage::running();
    stage.world.warp(1_438 * 60);
    stage.fault(0, 1_430, 1_430, 0).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    stage.record(0, true, &[1_430]).unwrap();
    stage.earn_all_and_settle();
    let line = stage.line(0);
    assert_eq!((line.earned, line.vault_part), (0, minutes(1_370)));
    assert_eq!(stage.world.usdc_of(&stage.payout.pubkey()), 0);
    assert_eq!(stage.work_record(0).lines[0].hire_usd_micros, 0);
}

#[test]
fn e94_fault_and_boundary_record_come_in_either_order_to_the_same_result() {
    let result = |record_first: bool| {
        let stage = Stage::running();
        stage.world.warp(1_458 * 60);
        if record_first {
            stage.record(0, false, &[1_440]).unwrap();
        }
        stage.fault(0, 1_450, 1_450, 1_440).unwrap();
        stage.crank(stage.fail_all_ix(0)).unwrap();
        if !record_first {
            stage.record(0, false, &[1_440]).unwrap();
        }
        stage.record(1, true, &[1_450]).unwrap();
        stage.crank(stage.refund_ix()).unwrap();
        stage.earn_all_and_settle();
        assert_eq!(stage.world.token(&stage.escrow()), 0);
        let line = stage.line(0);
        (
            line.billed,
            line.earned,
            line.vault_part,
            line.refunded,
            stage.money(),
        )
    };
    let (billed, earned, vault, refunded, money) = result(true);
    assert_eq!((billed, earned, vault), (minutes(1_440), minutes(1_440), 0));
    assert_eq!(refunded, minutes(1_440));
    assert_eq!(result(false), (billed, earned, vault, refunded, money));
}
