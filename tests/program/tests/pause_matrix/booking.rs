//! Rows of booking.

use ::registry::state::PauseBit;
use booking::error::BookingError;
use ion_client::instructions::booking as ix;
use ion_economics::units::DAY;
use ion_program_tests::booking_stage::Stage;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::matrix::{Matrix, assert_listed};

/// Instructions that this file runs.
pub const ROWS: &[&str] = &[
    "booking.apply_work_leaf",
    "booking.book",
    "booking.cancel",
    "booking.cancel_unstarted",
    "booking.close",
    "booking.create_quote",
    "booking.earn",
    "booking.end",
    "booking.expire",
    "booking.lock_lines",
    "booking.pay",
    "booking.pull_refund",
    "booking.settle",
    "booking.start",
    "booking.terminate",
];

#[test]
fn booking_stops_entries_with_its_bit_and_no_ending() {
    let matrix = Matrix::default();
    entries(&matrix);
    unstarted(&matrix);
    running(&matrix);
    settling(&matrix);
    assert_listed(&matrix, ROWS);
}

fn entries(matrix: &Matrix) {
    let bit = PauseBit::Booking;
    let stage = Stage::new();
    let scheduler = &stage.world.scheduler;
    let quote = stage.quote_ix(stage.quote_args());
    matrix.stops_with(bit, BookingError::Paused, &stage.world, &[scheduler], quote);
    let stage = Stage::quoted();
    matrix.stops_with(
        bit,
        BookingError::Paused,
        &stage.world,
        &[&stage.renter],
        stage.book_ix(),
    );
    let stage = Stage::booked();
    matrix.stops_with(
        bit,
        BookingError::Paused,
        &stage.world,
        &[&stage.payer],
        stage.pay_ix(u64::MAX),
    );
    let stage = Stage::paid();
    matrix.stops_with(
        bit,
        BookingError::Paused,
        &stage.world,
        &[&stage.world.scheduler],
        stage.start_ix(),
    );
}

/// The renter's cancellation of a booking that holds no device.
fn cancel(stage: &Stage) -> Instruction {
    ix::cancel(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &[],
    )
}

fn unstarted(matrix: &Matrix) {
    let stage = Stage::funded();
    let by = &stage.world.authority;
    matrix.never_stops(&stage.world, &[by], stage.lock_ix());
    let cancel = cancel(&stage);
    matrix.never_stops(&stage.world, &[&stage.renter], cancel);
    stage.world.warp(DAY);
    let expire = ix::expire(&by.pubkey(), &stage.key(), &[]);
    matrix.never_stops(&stage.world, &[by], expire);

    let stage = Stage::paid();
    stage.world.warp(DAY);
    let by = &stage.world.authority;
    let cancel = ix::cancel_unstarted(&by.pubkey(), &stage.key(), &stage.devices);
    matrix.never_stops(&stage.world, &[by], cancel);
}

fn running(matrix: &Matrix) {
    let stage = Stage::running();
    stage.world.warp(3_600);
    matrix.never_stops(&stage.world, &[&stage.renter], stage.terminate_ix());
    stage.world.warp(2 * DAY);
    let by = &stage.world.authority;
    matrix.never_stops(&stage.world, &[by], stage.end_ix());
    let stage = Stage::closing();
    let apply = stage.apply_ix(stage.leaf(0, false, &[1_440]));
    matrix.never_stops(&stage.world, &[&stage.world.authority], apply);
}

fn settling(matrix: &Matrix) {
    let stage = Stage::earnable();
    let by = &stage.world.authority;
    matrix.never_stops(&stage.world, &[by], stage.earn_ix(0, 0));
    let stage = Stage::earned();
    let by = &stage.world.authority;
    let settle = stage.settle_ix_opened();
    matrix.never_stops(&stage.world, &[by], settle.clone());
    stage.crank(settle).expect("settles");
    stage.world.warp(30 * DAY);
    matrix.never_stops(&stage.world, &[by], stage.close_ix());

    let stage = Stage::funded();
    stage.send(&stage.renter, cancel(&stage)).expect("cancels");
    let by = &stage.world.authority;
    matrix.never_stops(&stage.world, &[by], stage.refund_ix());
}
