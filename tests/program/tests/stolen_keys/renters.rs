//! The keys of a renter, of who pays for it, and of a co-staker: each reaches its own money only,
//! and no sooner than its owner would.

use booking::error::BookingError;
use ion_client::instructions::{booking as ix, staking as stk};
use ion_program_tests::{
    booking_stage::{self, PURSE_USDC},
    expect_error,
    staking_stage::{self, CO_CAP, WAIT},
};
use solana_signer::Signer;
use staking::error::StakingError;

#[test]
fn a_stolen_renter_key_ends_its_booking_and_the_refund_goes_to_the_payer_alone() {
    let stage = booking_stage::Stage::running();
    stage
        .send(&stage.renter, stage.terminate_ix())
        .expect("it is the renter's key");
    stage.record(0, true, &[0]).expect("nothing was served");
    let booking = stage.booking();
    let thief = stage.renter.pubkey();
    let stolen = ix::pull_refund(&thief, &stage.key(), &stage.mint(), &stage.purse(&thief));
    expect_error(
        stage.send(&stage.renter, stolen),
        booking::ID,
        BookingError::WrongRefundDestination,
        0,
    );
    stage.crank(stage.refund_ix()).expect("anybody pushes it");
    let purse = stage.world.token(&stage.purse(&stage.payer.pubkey()));
    let lost = PURSE_USDC - purse;
    // at most the hour that is not refunded, and the fees
    assert!(lost <= booking_stage::ASK + booking.fees_kept, "{lost}");
    assert_eq!(stage.world.usdc_of(&thief), 0);
}

#[test]
fn a_stolen_payer_key_decides_nothing_about_the_booking() {
    let stage = booking_stage::Stage::running();
    let (payer, op) = (stage.payer.pubkey(), stage.booking().op_seq);
    for instruction in [
        ix::terminate(&payer, &stage.key(), op, &stage.devices),
        ix::cancel(&payer, &stage.key(), op, &stage.devices),
        ix::challenge(&payer, &stage.key(), 0, [1; 32], op),
    ] {
        let sent = stage.send(&stage.payer, instruction);
        assert!(sent.is_err(), "the payer only pays and is refunded");
    }
    assert_eq!(stage.booking().op_seq, op);
}

#[test]
fn a_stolen_co_staker_key_waits_like_its_owner_and_reaches_no_other_position() {
    let stage = staking_stage::Stage::co_staked();
    let (thief, other) = (&stage.co, &stage.other);
    let others = stk::co_unstake(&other.pubkey(), &stage.device, 1);
    expect_error(
        stage.send(other, others),
        staking::ID,
        StakingError::WrongCoStaker,
        0,
    );
    stage.co_unstake(thief, 1).expect("it is the wallet's key");
    stage.world.warp(WAIT - 1);
    assert!(stage.pay_out(&thief.pubkey(), 1).is_err());
    stage.world.warp(1);
    stage.advance(1).expect("the wait is over");
    let position = stage.position(1);
    assert_eq!(
        (position.wallet, position.accepted_io),
        (thief.pubkey(), CO_CAP)
    );
    stage.world.warp(staking_stage::COOLDOWN);
    let elsewhere = stk::withdraw_position(
        &thief.pubkey(),
        &stage.mint(),
        &stage.purse(&other.pubkey()),
        &stage.device,
        1,
    );
    assert!(
        stage.send(thief, elsewhere).is_err(),
        "only to its own wallet"
    );
    let before = stage.balance(thief);
    stage.pay_out(&thief.pubkey(), 1).expect("after 21 days");
    assert_eq!(stage.balance(thief), before + CO_CAP);
}
