//! Edge cases of payments, locks, endings, faults and parked balances (economics §15), by number.

mod faults;

use booking::error::BookingError as E;
use booking::events::EarnDestination;
use booking::{ID, events::LineEarned};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::{
    booking::{BookingStatus, LineStatus},
    units::DAY,
};
use registry::state::Device;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    COMPUTE, MINUTES, PAYMENT, PURSE_USDC, RESERVATION, Stage, TOTAL, edit, with_account,
};

const GANG: u8 = 1;
const FAILOVER: u8 = 2;

/// Price of this many of the line's minutes.
const fn minutes(count: u64) -> u64 {
    COMPUTE / 2_880 * count
}

fn expire(stage: &Stage, hired: &[Pubkey]) -> Instruction {
    ix::expire(&stage.world.authority.pubkey(), &stage.key(), hired)
}

fn cancel(stage: &Stage) -> Instruction {
    ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.hired(),
    )
}

fn terminate(stage: &Stage) -> Instruction {
    ix::terminate(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.hired(),
    )
}

#[test]
fn e47_payment_after_the_window_is_refused_and_expiry_refunds() {
    let stage = Stage::booked();
    stage.send(&stage.payer, stage.pay_ix(TOTAL / 2)).unwrap();
    stage.world.warp(1_201);
    stage.refused(&stage.payer, stage.pay_ix(u64::MAX), E::DeadlinePassed);
    stage.crank(expire(&stage, &[])).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn e48_overpayment_takes_only_what_is_due() {
    let stage = Stage::booked();
    stage.send(&stage.payer, stage.pay_ix(TOTAL - 1)).unwrap();
    stage.send(&stage.payer, stage.pay_ix(5_000)).unwrap();
    assert_eq!(stage.booking().paid, TOTAL);
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - TOTAL
    );
}

#[test]
fn e49_part_paid_and_cancelled_is_refunded_with_fees() {
    let stage = Stage::booked();
    stage.send(&stage.payer, stage.pay_ix(TOTAL - 1)).unwrap();
    stage.send(&stage.renter, cancel(&stage)).unwrap();
    assert_eq!(stage.booking().refund_due, TOTAL - 1);
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn e51_termination_in_the_first_hour_bills_it_less_what_was_not_served() {
    for (run, served, billed) in [
        (0, 0, 60),
        (20, 20, 60),
        (60, 60, 60),
        (60, 20, 20),
        (45, 40, 55),
    ] {
        let stage = Stage::running();
        stage.world.warp(run * 60);
        stage.send(&stage.renter, terminate(&stage)).unwrap();
        stage.record(0, true, &[served]).unwrap();
        assert_eq!(stage.line(0).billed, minutes(billed), "{run} {served}");
        assert_eq!(stage.booking().refund_due, COMPUTE - minutes(billed));
        assert_eq!(stage.booking().fees_kept, RESERVATION + PAYMENT);
    }
}

#[test]
fn e59_operation_sent_twice_changes_nothing_the_second_time() {
    let stage = Stage::booked();
    let pay = stage.pay_ix(7);
    stage.send(&stage.payer, pay.clone()).unwrap();
    stage.refused(&stage.payer, pay, E::WrongOpSeq);
    stage.pay_all();
    stage.lock_all();
    stage.crank_refused(stage.lock_ix(), E::LineNotReserved);
    let start = stage.start_ix();
    stage.send(&stage.world.scheduler, start.clone()).unwrap();
    stage.refused(&stage.world.scheduler, start, E::WrongOpSeq);
    stage.world.warp(3_000);
    let args = stage.fault_args(0, 40, 40, 0);
    stage.attest_fault(&args);
    stage.crank(stage.fault_ix(args.clone())).unwrap();
    stage.crank_refused(stage.fault_ix(args), E::FaultSeqUsed);
    let fail = stage.fail_all_ix(0);
    stage.crank(fail.clone()).unwrap();
    stage.crank_refused(fail, E::WrongState);
}

#[test]
fn e60_refund_of_a_frozen_or_closed_account_waits_and_blocks_nobody() {
    for closed in [false, true] {
        let stage = Stage::running();
        stage.world.warp(47 * 60);
        stage.fault(0, 40, 40, 0).unwrap();
        stage.crank(stage.fail_all_ix(0)).unwrap();
        let purse = stage.purse(&stage.payer.pubkey());
        let good = stage.world.raw(&purse);
        if closed {
            stage.world.put(&purse, Account::default());
        } else {
            let mut frozen = good.clone();
            frozen.data[108] = 2;
            stage.world.put(&purse, frozen);
        }
        stage.crank(stage.refund_ix()).unwrap_err();
        stage.record(0, true, &[40]).unwrap();
        stage.crank(stage.settle_ix_opened()).unwrap();
        assert_eq!(stage.status(), BookingStatus::Settled);
        assert_eq!(stage.booking().refund_due, COMPUTE + RESERVATION);
        assert_eq!(stage.world.token(&stage.escrow()), COMPUTE + RESERVATION);
        stage.world.put(&purse, good);
        stage.crank(stage.refund_ix()).unwrap();
        assert_eq!(stage.world.token(&stage.escrow()), 0);
    }
}

#[test]
fn e63_served_minutes_above_hired_or_elapsed_are_refused() {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(DAY);
    let above = stage.leaf(0, false, &[1_441]);
    stage.crank_refused(stage.apply_ix(above), E::MinutesAboveHired);
    stage.fault(0, 1_439, 1_400, 0).unwrap();
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    stage.record(0, false, &[1_400, 0]).unwrap();
    stage.world.warp(DAY);
    stage.crank(stage.end_hired_ix()).unwrap();
    // the replacement has hired 1,440 minutes of its own
    let above = stage.leaf(1, true, &[1_400, 1_441]);
    stage.crank_refused(stage.apply_ix(above), E::MinutesAboveHired);
    stage.record(1, true, &[1_400, 1_440]).unwrap();
}

#[test]
fn e83_silent_verifiers_leave_the_last_accepted_record() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(DAY);
    stage.record(0, false, &[1_440, 1_400]).unwrap();
    stage.world.warp(DAY);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.world.warp(7 * DAY + 1);
    stage
        .crank(ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]))
        .unwrap();
    assert_eq!(stage.line(0).billed, minutes(1_440));
    assert_eq!(stage.line(1).billed, minutes(1_400));
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    assert_eq!(stage.world.token(&stage.escrow()), 0);
}

#[test]
fn e89_degraded_minutes_of_the_first_hour_are_not_billed() {
    // a heartbeat every 6 min 50 s never is a fault, and no minute is served
    let stage = Stage::running();
    stage.world.warp(2 * 3_600);
    stage.send(&stage.renter, terminate(&stage)).unwrap();
    stage.record(0, true, &[0]).unwrap();
    assert_eq!(stage.line(0).billed, 0);
    assert_eq!(stage.booking().refund_due, COMPUTE);
}

#[test]
fn e90_renter_that_kills_the_agent_pays_served_minutes_less_sixty() {
    let stage = Stage::running();
    stage.world.warp(23 * 3_600 + 50 * 60 + 421);
    stage.fault(0, 1_430, 1_430, 0).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    assert_eq!(stage.line(0).refunded, COMPUTE - minutes(22 * 60 + 50));
}

#[test]
fn e92_line_taken_between_payment_and_lock_refunds_everything() {
    let stage = Stage::with_devices(2);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    let lock = |lines: &[ix::QuotedDevice]| {
        ix::lock_lines(&stage.world.authority.pubkey(), &stage.key(), lines)
    };
    stage.crank(lock(&stage.lines()[..1])).unwrap();
    edit::<Device>(&stage.world, &stage.devices[1], |device| {
        device.hired_by = Pubkey::new_unique()
    });
    stage.crank(lock(&stage.lines()[1..])).unwrap();
    assert!(stage.booking().lock_failed);
    stage.crank(expire(&stage, &stage.devices[..1])).unwrap();
    assert_eq!(stage.device(0).hired_by, Pubkey::default());
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn e92_device_that_was_never_staked_is_marked_and_refunds_everything() {
    let stage = Stage::funded();
    let stake = addresses::staking::device_stake(&stage.devices[0]);
    stage.world.put(&stake, Account::default());
    let lock = stage.lock_ix();
    let foreign = with_account(&lock, lock.accounts.len() - 2, stage.payer.pubkey());
    stage.crank_refused(foreign, E::WrongStake);
    stage.crank(lock).unwrap();
    assert!(stage.booking().lock_failed);
    stage.crank(expire(&stage, &[])).unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn e98_pay_of_a_closed_account_is_credited_and_the_booking_settles() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(i64::from(MINUTES) * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.record(0, false, &[1_440, 1_440]).unwrap();
    stage.record(1, true, &[2_880, 2_880]).unwrap();
    let purse = stage.purse(&stage.payout.pubkey());
    let good = stage.world.raw(&purse);
    stage.world.put(&purse, Account::default());
    stage.world.warp(DAY + 30 * DAY);
    stage.open_epoch();
    stage.crank_refused_any(stage.earn_line_ix(0, 0), E::PayUndeliverable);
    stage.world.warp(1);
    stage.open_epoch();
    for (seq, line) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let record = stage.crank(stage.earn_line_ix(seq, line)).unwrap();
        let event: LineEarned = stage.world.event(ID, &record);
        assert_eq!(event.destination_kind, EarnDestination::PayDue);
    }
    stage.crank(stage.settle_ix()).unwrap();
    let due = stage.booking().sum(|line| line.pay_due).unwrap();
    assert_eq!(stage.world.token(&stage.escrow()), due);
    stage.world.put(&purse, good);
    for line in 0..2 {
        let pull = ix::pull_pay_due(
            &stage.world.authority.pubkey(),
            &stage.key(),
            line,
            &stage.devices[usize::from(line)],
            &stage.mint(),
            &purse,
        );
        stage.crank(pull).unwrap();
    }
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert_eq!(stage.world.token(&purse), due);
}
