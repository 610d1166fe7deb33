//! Endings before the start: `cancel`, `expire`, `cancel_unstarted`.

use booking::error::BookingError as E;
use booking::{
    ID,
    events::{BookingCancelled, CancelReason},
};
use ion_client::instructions::{booking as ix, registry as reg};
use ion_economics::booking::BookingStatus;
use registry::state::PauseBit;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    COMPUTE, PAYMENT, PURSE_USDC, RESERVATION, Stage, TOTAL, with_account, with_extra,
};

fn cancel(stage: &Stage) -> Instruction {
    let booking = stage.booking();
    let hired: Vec<Pubkey> = booking
        .lines
        .iter()
        .filter(|line| line.status == 1)
        .map(|line| line.device)
        .collect();
    ix::cancel(&stage.renter.pubkey(), &stage.key(), booking.op_seq, &hired)
}

fn expire(stage: &Stage) -> Instruction {
    ix::expire(&stage.world.authority.pubkey(), &stage.key(), &[])
}

fn unstarted(stage: &Stage) -> Instruction {
    ix::cancel_unstarted(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.devices,
    )
}

/// Everything goes back to the payer and nothing stays after settling.
#[track_caller]
fn refunds_everything(stage: &Stage) {
    let booking = stage.booking();
    assert_eq!((booking.refund_due, booking.fees_kept), (booking.paid, 0));
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
    if booking.paid > 0 {
        stage.crank(stage.refund_ix()).unwrap();
    }
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
    stage.crank(stage.settle_ix_opened()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settled);
    assert_eq!(stage.world.token(&stage.fee_vault()), 0);
}

#[test]
fn renter_cancels_an_unpaid_booking() {
    let stage = Stage::booked();
    stage.send(&stage.renter, cancel(&stage)).unwrap();
    assert_eq!(stage.status(), BookingStatus::Expired);
    refunds_everything(&stage);
}

#[test]
fn renter_cancels_a_part_paid_booking_in_full() {
    let stage = Stage::booked();
    stage.send(&stage.payer, stage.pay_ix(TOTAL / 2)).unwrap();
    stage.send(&stage.renter, cancel(&stage)).unwrap();
    assert_eq!(stage.status(), BookingStatus::Expired);
    refunds_everything(&stage);
}

#[test]
fn renter_cancels_a_funded_booking_in_full() {
    let stage = Stage::funded();
    stage.send(&stage.renter, cancel(&stage)).unwrap();
    refunds_everything(&stage);
}

#[test]
fn renter_cancels_a_paid_booking_and_leaves_the_reservation() {
    let stage = Stage::paid();
    let record = stage.send(&stage.renter, cancel(&stage)).unwrap();
    let event: BookingCancelled = stage.world.event(ID, &record);
    assert_eq!(
        (event.reason, event.refund_due.new, event.fees_kept),
        (CancelReason::Renter, COMPUTE + PAYMENT, RESERVATION)
    );
    assert_eq!(event.freed, stage.devices);
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - RESERVATION
    );
    assert_eq!(stage.world.token(&stage.fee_vault()), RESERVATION);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn cancel_by_another_wallet_or_twice_is_refused() {
    let stage = Stage::paid();
    let foreign = with_account(cancel(&stage), 0, stage.payer.pubkey());
    stage.refused(&stage.payer, foreign, E::NotRenter);
    let once = cancel(&stage);
    stage.send(&stage.renter, once.clone()).unwrap();
    stage.refused(&stage.renter, once, E::WrongOpSeq);
    stage.refused(&stage.renter, cancel(&stage), E::WrongState);
}

#[test]
fn cancel_of_a_running_booking_is_refused() {
    let stage = Stage::running();
    stage.refused(&stage.renter, cancel(&stage), E::WrongState);
}

#[test]
fn cancel_with_other_devices_than_those_hired_is_refused() {
    let stage = Stage::with_devices(2);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    let good = cancel(&stage);
    let last = good.accounts.len() - 1;
    stage.refused(
        &stage.renter,
        with_account(&good, last, stage.devices[0]),
        E::DeviceAccounts,
    );
    stage.refused(&stage.renter, with_extra(&good), E::DeviceAccounts);
    stage.refused(
        &stage.renter,
        crate::stage::without_last(&good, 1),
        E::DeviceAccounts,
    );
    stage.send(&stage.renter, good).unwrap();
}

#[test]
fn unpaid_booking_expires_after_its_deadline_only() {
    let stage = Stage::booked();
    stage.send(&stage.payer, stage.pay_ix(7)).unwrap();
    stage.world.warp(1_200);
    stage.crank_refused(expire(&stage), E::DeadlineNotPassed);
    stage.world.warp(1);
    let record = stage.crank(expire(&stage)).unwrap();
    assert_eq!(
        stage.world.event::<BookingCancelled>(ID, &record).reason,
        CancelReason::Expired
    );
    stage.crank_refused(expire(&stage), E::WrongState);
    refunds_everything(&stage);
}

#[test]
fn funded_booking_expires_after_its_lock_deadline_and_frees_what_was_locked() {
    let stage = Stage::with_devices(2);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    let first = ix::lock_lines(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.lines()[..1],
    );
    stage.crank(first).unwrap();
    stage.world.warp(120);
    let expire = ix::expire(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.devices[..1],
    );
    stage.crank_refused(expire.clone(), E::DeadlineNotPassed);
    stage.world.warp(1);
    stage.crank(expire).unwrap();
    refunds_everything(&stage);
}

#[test]
fn renter_cancels_after_the_start_is_overdue_and_gets_everything_back() {
    let stage = Stage::paid();
    stage.world.warp(1_801);
    let record = stage.send(&stage.renter, cancel(&stage)).unwrap();
    let event: BookingCancelled = stage.world.event(ID, &record);
    assert_eq!((event.reason, event.fees_kept), (CancelReason::Renter, 0));
    refunds_everything(&stage);
}

#[test]
fn unstarted_booking_is_cancelled_with_all_fees_after_its_deadline_only() {
    let stage = Stage::paid();
    stage.world.warp(1_800);
    stage.crank_refused(unstarted(&stage), E::DeadlineNotPassed);
    stage.world.warp(1);
    let record = stage.crank(unstarted(&stage)).unwrap();
    let event: BookingCancelled = stage.world.event(ID, &record);
    assert_eq!(
        (event.reason, event.freed),
        (CancelReason::Unstarted, stage.devices.clone())
    );
    assert_eq!(stage.status(), BookingStatus::Cancelled);
    stage.crank_refused(unstarted(&stage), E::WrongState);
    refunds_everything(&stage);
}

#[test]
fn exits_work_while_paused() {
    let stage = Stage::paid();
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.send(&stage.renter, cancel(&stage)).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
}
