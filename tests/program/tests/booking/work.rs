//! `apply_work_leaf`.

use booking::error::BookingError as E;
use booking::{ApplyWorkLeafArgs, ID};
use ion_client::{addresses, instructions::booking as ix};
use ion_economics::{
    booking::{BookingStatus, RecordStatus},
    units::DAY,
};
use ion_merkle::report::ReportKind;
use solana_signer::Signer;

use crate::stage::{COMPUTE, MINUTES, PAYMENT, RESERVATION, Stage, with_account, with_extra};

fn refused(stage: &Stage, args: ApplyWorkLeafArgs, error: E) {
    stage.crank_refused(stage.apply_ix(args), error);
}

#[test]
fn boundary_record_bills_its_minutes_and_keeps_the_state() {
    let stage = Stage::running();
    stage.world.warp(DAY);
    stage
        .crank(stage.apply_ix(stage.leaf(0, false, &[1_000])))
        .unwrap();
    let booking = stage.booking();
    assert_eq!(
        (booking.status, booking.next_record, booking.open_records),
        (BookingStatus::Running as u8, 1, 1)
    );
    let line = &booking.lines[0];
    assert_eq!(
        (line.recorded_minutes, line.billed, line.refunded),
        (1_000, 83_000_000, 0)
    );
    let record = stage.work_record(0);
    assert_eq!(
        (record.status, record.seq, record.is_final),
        (RecordStatus::Accepted as u8, 0, false)
    );
    assert_eq!(
        (record.billed, record.earned, record.earned_lines),
        (83_000_000, 0, 0)
    );
    assert_eq!(
        (record.lines[0].from_minutes, record.lines[0].minutes),
        (0, 1_000)
    );
    assert_eq!(record.payer, stage.world.authority.pubkey());
}

#[test]
fn final_record_fixes_the_bill_and_credits_the_refund() {
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    stage.record(1, true, &[2_879]).unwrap();
    let booking = stage.booking();
    assert_eq!(booking.status, BookingStatus::Settling as u8);
    assert_eq!(
        (booking.lines[0].billed, booking.refund_due),
        (238_957_000, 83_000)
    );
    assert_eq!(booking.fees_kept, RESERVATION + PAYMENT);
}

#[test]
fn terminated_booking_is_billed_as_published() {
    for (seconds, served, refund) in [
        (1, 0, 239_040_000 - 4_897_000), // one started minute, not served: one degraded minute
        (60 * 60, 60, 234_060_000),
        (60 * 60, 20, 237_380_000),
        (60 * 1_440, 1_440, 119_520_000),
    ] {
        let stage = Stage::running();
        stage.world.warp(seconds);
        stage.send(&stage.renter, stage.terminate_ix()).unwrap();
        stage.record(0, true, &[served]).unwrap();
        assert_eq!(
            stage.booking().refund_due,
            refund,
            "{seconds} s, {served} min"
        );
        assert_eq!(stage.booking().lines[0].billed, COMPUTE - refund);
    }
}

#[test]
fn leaf_applied_twice_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    stage.crank(stage.apply_ix(args.clone())).unwrap();
    refused(&stage, args, E::WrongRecord);
    assert_eq!(stage.booking().next_record, 1);
}

#[test]
fn leaf_out_of_order_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(1, true, &[2_880]);
    refused(&stage, args, E::WrongRecord);
}

#[test]
fn proof_of_another_booking_is_refused() {
    let mut stage = Stage::with_devices(1);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.world.warp(i64::from(MINUTES) * 60);
    stage.crank(stage.end_ix()).unwrap();
    let args = stage.leaf(0, false, &[1_440]);
    // a second booking of the same device in the same state
    stage.world.warp(1);
    stage.id = stage.fresh_id(2);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.world.warp(DAY);
    refused(&stage, args, E::InvalidProof);
}

#[test]
fn changed_leaf_or_proof_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    let changes: [fn(&mut ApplyWorkLeafArgs); 6] = [
        |args| args.served_minutes[0] = 1_439,
        |args| args.is_final = true,
        |args| args.index = 3,
        |args| args.siblings[0][0] ^= 1,
        |args| args.siblings.push([0; 32]),
        |args| args.siblings.truncate(1),
    ];
    for change in changes {
        let mut changed = args.clone();
        change(&mut changed);
        refused(&stage, changed, E::InvalidProof);
    }
    let mut changed = args.clone();
    changed.siblings = vec![[0; 32]; 17];
    refused(&stage, changed, E::InvalidProof);
    let mut changed = args;
    changed.leaf_count = 65_537;
    refused(&stage, changed, E::TooManyLeaves);
}

#[test]
fn payload_that_was_not_attested_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    let changes: [fn(&mut ApplyWorkLeafArgs); 3] = [
        |args| args.root[0] ^= 1,
        |args| args.leaf_count += 1,
        |args| args.bundle[0] ^= 1,
    ];
    for change in changes {
        let mut changed = args.clone();
        change(&mut changed);
        refused(&stage, changed, E::WrongPayload);
    }
}

#[test]
fn poll_of_another_report_or_without_attestation_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    let elsewhere = stage.leaf(1, false, &[1_440]).hour;
    let poll = addresses::registry::poll(ReportKind::WorkReport, &ID, elsewhere);
    let apply = stage.apply_ix(args.clone());
    stage.crank_refused(with_account(&apply, 3, poll), E::WrongReport);

    let open = ion_client::instructions::registry::open_poll(
        &stage.world.authority.pubkey(),
        ReportKind::WorkReport,
        &ID,
        1,
    );
    stage.crank(open).unwrap();
    refused(
        &stage,
        ApplyWorkLeafArgs { hour: 1, ..args },
        E::ReportNotAttested,
    );
}

#[test]
fn stale_proof_is_refused() {
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    stage.world.warp(7 * DAY + 1);
    refused(&stage, args, E::ReportExpired);
    let stage = Stage::closing();
    let args = stage.leaf(0, false, &[1_440]);
    stage.world.warp(7 * DAY);
    stage.crank(stage.apply_ix(args)).unwrap();
}

#[test]
fn boundary_record_before_its_time_is_refused() {
    let stage = Stage::running();
    stage.world.warp(DAY - 1);
    refused(&stage, stage.leaf(0, false, &[1_439]), E::RecordEarly);
}

#[test]
fn final_record_while_running_is_refused() {
    let stage = Stage::running();
    stage.world.warp(i64::from(MINUTES) * 60);
    stage.record(0, false, &[1_440]).unwrap();
    refused(&stage, stage.leaf(1, true, &[2_880]), E::RecordEarly);
}

#[test]
fn final_record_before_the_boundary_record_and_the_reverse_are_refused() {
    let stage = Stage::closing();
    refused(&stage, stage.leaf(0, true, &[1_440]), E::WrongRecordKind);
    stage.record(0, false, &[1_440]).unwrap();
    refused(&stage, stage.leaf(1, false, &[2_880]), E::WrongRecordKind);
}

#[test]
fn served_minutes_above_elapsed_below_recorded_or_of_no_line_are_refused() {
    let stage = Stage::closing();
    refused(&stage, stage.leaf(0, false, &[1_441]), E::MinutesAboveHired);
    let stage = Stage::closing();
    refused(
        &stage,
        stage.leaf(0, false, &[1_440, 1]),
        E::UnknownLineServed,
    );
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    refused(&stage, stage.leaf(1, true, &[1_439]), E::MinutesFell);
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    refused(&stage, stage.leaf(1, true, &[2_881]), E::MinutesAboveHired);
}

#[test]
fn record_of_a_booking_that_never_ran_is_refused() {
    let stage = Stage::paid();
    refused(&stage, stage.leaf(0, true, &[0]), E::WrongState);
}

#[test]
fn leaf_with_surplus_accounts_or_another_shard_is_refused() {
    let stage = Stage::closing();
    let apply = stage.apply_ix(stage.leaf(0, false, &[1_440]));
    stage.crank_refused(with_extra(&apply), E::ExtraAccounts);
    let own = booking::state::Booking::shard(&stage.key());
    let shard = addresses::booking::tne_totals((own + 1) % 16);
    stage.crank_refused(with_account(&apply, 6, shard), E::WrongShard);
}

#[test]
fn tree_of_many_leaves_fits_a_transaction() {
    let stage = Stage::closing();
    let mut args = stage.leaf(0, false, &[1_440]);
    args.siblings = vec![[5; 32]; 16];
    let price = stage.world.post_price(stage.world.price_now());
    let apply = ix::apply_work_leaf(
        &stage.world.authority.pubkey(),
        &stage.key(),
        Some(&price),
        args,
    );
    stage.crank_refused(apply, E::InvalidProof);
}
