//! Replacement of a faulty line.

use super::*;

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
