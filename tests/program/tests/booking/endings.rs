//! `terminate` and `end`.

use booking::error::BookingError as E;
use booking::{ID, events::BookingBilledUnreported};
use ion_client::instructions::{booking as ix, registry as reg};
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::DAY,
};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    COMPUTE, MINUTES, PAYMENT, PURSE_USDC, RESERVATION, Stage, TOTAL, with_account, with_extra,
};

#[test]
fn renter_ends_a_running_booking_now() {
    let stage = Stage::running();
    stage.world.warp(90);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    let booking = stage.booking();
    assert_eq!(
        (booking.status, booking.ends_at),
        (BookingStatus::Closing as u8, stage.world.now())
    );
    assert_eq!(booking.deadline, stage.world.now() + 7 * DAY);
    assert_eq!(booking.lines[0].status, LineStatus::Ended as u8);
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
}

#[test]
fn termination_by_another_wallet_or_twice_is_refused() {
    let stage = Stage::running();
    let terminate = stage.terminate_ix();
    stage.refused(
        &stage.payer,
        with_account(&terminate, 0, stage.payer.pubkey()),
        E::NotRenter,
    );
    stage.send(&stage.renter, terminate.clone()).unwrap();
    stage.refused(&stage.renter, terminate, E::WrongOpSeq);
    stage.refused(&stage.renter, stage.terminate_ix(), E::WrongState);
}

#[test]
fn termination_from_the_booked_end_on_is_refused() {
    let stage = Stage::running();
    stage.world.warp(i64::from(MINUTES) * 60);
    stage.refused(&stage.renter, stage.terminate_ix(), E::DeadlinePassed);
    stage.crank(stage.end_ix()).unwrap();
}

#[test]
fn termination_with_other_devices_is_refused() {
    let stage = Stage::running();
    stage.refused(
        &stage.renter,
        with_extra(stage.terminate_ix()),
        E::DeviceAccounts,
    );
    let none = ix::terminate(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &[],
    );
    stage.refused(&stage.renter, none, E::DeviceAccounts);
}

#[test]
fn termination_works_while_paused() {
    let stage = Stage::running();
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
}

#[test]
fn booking_ends_at_its_booked_end_only_and_once() {
    let stage = Stage::running();
    stage.world.warp(i64::from(MINUTES) * 60 - 1);
    stage.crank_refused(stage.end_ix(), E::DeadlineNotPassed);
    stage.world.warp(1);
    stage.crank(stage.end_ix()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Closing);
    stage.crank_refused(stage.end_ix(), E::DeadlineNotPassed);
}

#[test]
fn booking_that_never_ran_cannot_end() {
    let stage = Stage::paid();
    stage.crank_refused(stage.end_ix(), E::WrongState);
}

#[test]
fn silence_after_the_end_bills_the_last_record_and_everybody_gets_out() {
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    let unreported = ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]);
    stage.world.warp(7 * DAY);
    stage.crank_refused(unreported.clone(), E::DeadlineNotPassed);
    stage.world.warp(1);
    stage.crank_refused(stage.end_ix(), E::DeviceAccounts);
    let record = stage.crank(unreported.clone()).unwrap();
    let event: BookingBilledUnreported = stage.world.event(ID, &record);
    // half was recorded: half the compute and half the reservation go back, the payment fee stays
    assert_eq!(
        (event.billed, event.refund_due.new),
        (COMPUTE / 2, COMPUTE / 2 + RESERVATION / 2)
    );
    assert_eq!(event.fees_kept, RESERVATION / 2 + PAYMENT);
    stage.crank_refused(unreported, E::WrongState);

    stage.crank(stage.refund_ix()).unwrap();
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payout.pubkey()), 116_830_800);
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - TOTAL + COMPUTE / 2 + RESERVATION / 2
    );
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn silence_from_the_first_minute_refunds_compute_and_reservation() {
    let stage = Stage::closing();
    stage.world.warp(7 * DAY + 1);
    stage
        .crank(ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]))
        .unwrap();
    assert_eq!(stage.booking().refund_due, COMPUTE + RESERVATION);
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    assert_eq!(stage.world.token(&stage.fee_vault()), PAYMENT);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn final_record_after_the_deadline_still_counts_until_somebody_ends() {
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    stage.world.warp(8 * DAY);
    stage.record(1, true, &[2_880]).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settling);
}
