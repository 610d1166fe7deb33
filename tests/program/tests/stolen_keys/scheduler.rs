//! The scheduler's key: it quotes and starts. Silence refunds everything, a quote costs nobody
//! anything, and no balance of a renter moves by its signature.

use booking::error::BookingError;
use ion_client::instructions::booking as ix;
use ion_economics::units::DAY;
use ion_program_tests::{
    booking_stage::{PURSE_USDC, Stage, TOTAL},
    expect_error,
};
use solana_signer::Signer;

#[test]
fn a_scheduler_that_never_starts_costs_the_renter_nothing() {
    let stage = Stage::paid();
    let purse = stage.purse(&stage.payer.pubkey());
    assert_eq!(stage.world.token(&purse), PURSE_USDC - TOTAL);
    stage.world.warp(DAY);
    let by = stage.world.authority.pubkey();
    stage
        .crank(ix::cancel_unstarted(&by, &stage.key(), &stage.devices))
        .expect("anybody ends it");
    stage.crank(stage.refund_ix()).expect("anybody pushes it");
    assert_eq!(stage.world.token(&purse), PURSE_USDC);
}

#[test]
fn a_quote_that_the_renter_does_not_take_moves_nothing() {
    let stage = Stage::quoted();
    let before = stage.money();
    let refused = ix::book(&stage.renter.pubkey(), &stage.mint(), &stage.id, TOTAL - 1);
    expect_error(
        stage.send(&stage.renter, refused),
        booking::ID,
        BookingError::TotalAboveMax,
        0,
    );
    assert_eq!(stage.money(), before);
    // the thief signs as renter and as payer of somebody else's booking: neither is its name
    let stage = Stage::booked();
    let thief = stage.world.scheduler.insecure_clone();
    stage.world.give(&thief.pubkey(), 0, TOTAL);
    let cancel = ix::cancel(&thief.pubkey(), &stage.key(), stage.booking().op_seq, &[]);
    expect_error(
        stage.send(&thief, cancel),
        booking::ID,
        BookingError::NotRenter,
        0,
    );
    let end = ix::terminate(
        &thief.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.devices,
    );
    expect_error(
        stage.send(&thief, end),
        booking::ID,
        BookingError::NotRenter,
        0,
    );
}
