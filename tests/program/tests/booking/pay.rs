//! `pay`.

use booking::error::BookingError as E;
use booking::{ID, events::BookingPaid};
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::booking::BookingStatus;
use registry::state::PauseBit;
use solana_signer::Signer;

use crate::stage::{PURSE_USDC, Stage, TOTAL, with_account};

#[test]
fn price_is_paid_in_parts_and_overpayment_is_not_taken() {
    let stage = Stage::booked();
    let record = stage.send(&stage.payer, stage.pay_ix(1)).unwrap();
    let paid: BookingPaid = stage.world.event(ID, &record);
    assert_eq!((paid.amount, paid.status.old, paid.status.new), (1, 0, 1));
    assert_eq!(stage.status(), BookingStatus::PartiallyPaid);
    let record = stage.send(&stage.payer, stage.pay_ix(u64::MAX)).unwrap();
    let paid: BookingPaid = stage.world.event(ID, &record);
    assert_eq!(
        (paid.amount, paid.paid.old, paid.paid.new),
        (TOTAL - 1, 1, TOTAL)
    );
    assert_eq!(stage.status(), BookingStatus::Funded);
    assert_eq!(
        stage.world.usdc_of(&stage.payer.pubkey()),
        PURSE_USDC - TOTAL
    );
    assert_eq!(stage.world.token(&stage.escrow()), TOTAL);
}

#[test]
fn payment_by_another_wallet_is_refused() {
    let stage = Stage::booked();
    let stranger = stage.world.wallet(0, PURSE_USDC);
    let source = stage.purse(&stranger.pubkey());
    let pay = ix::pay(
        &stranger.pubkey(),
        &stage.mint(),
        &stage.key(),
        &source,
        1,
        1,
    );
    stage.refused(&stranger, pay, E::NotPayer);
}

#[test]
fn payment_of_nothing_is_refused() {
    let stage = Stage::booked();
    stage.refused(&stage.payer, stage.pay_ix(0), E::ZeroAmount);
}

#[test]
fn payment_above_the_balance_is_refused() {
    let stage = Stage::booked();
    let poor = stage.token_account(&stage.payer.pubkey(), &stage.mint());
    let pay = ix::pay(
        &stage.payer.pubkey(),
        &stage.mint(),
        &stage.key(),
        &poor,
        1,
        1,
    );
    stage.refused(&stage.payer, pay, E::InsufficientFunds);
}

#[test]
fn payment_out_of_another_wallets_account_is_refused() {
    let stage = Stage::booked();
    let other = stage.purse(&stage.renter.pubkey());
    let pay = ix::pay(
        &stage.payer.pubkey(),
        &stage.mint(),
        &stage.key(),
        &other,
        1,
        1,
    );
    stage.refused(&stage.payer, pay, E::WrongSource);
}

#[test]
fn payment_in_the_other_mint_is_refused() {
    let stage = Stage::booked();
    let payer = stage.payer.pubkey();
    let other = stage.token_account(&payer, &stage.other_mint());
    stage.refused(
        &stage.payer,
        ix::pay(&payer, &stage.other_mint(), &stage.key(), &other, 1, 1),
        E::WrongMint,
    );
    stage.refused(
        &stage.payer,
        ix::pay(&payer, &stage.mint(), &stage.key(), &other, 1, 1),
        E::WrongMint,
    );
}

#[test]
fn payment_sent_twice_moves_money_once() {
    let stage = Stage::booked();
    let pay = stage.pay_ix(1_000);
    stage.send(&stage.payer, pay.clone()).unwrap();
    stage.refused(&stage.payer, pay, E::WrongOpSeq);
    assert_eq!(stage.world.token(&stage.escrow()), 1_000);
}

#[test]
fn payment_of_a_future_operation_is_refused() {
    let stage = Stage::booked();
    let payer = stage.payer.pubkey();
    let pay = ix::pay(
        &payer,
        &stage.mint(),
        &stage.key(),
        &stage.purse(&payer),
        1,
        2,
    );
    stage.refused(&stage.payer, pay, E::WrongOpSeq);
}

#[test]
fn payment_at_the_deadline_is_taken_and_after_it_refused() {
    let stage = Stage::booked();
    stage.world.warp(1_200);
    stage.send(&stage.payer, stage.pay_ix(1)).unwrap();
    stage.world.warp(1);
    stage.refused(&stage.payer, stage.pay_ix(1), E::DeadlinePassed);
}

#[test]
fn payment_of_an_expired_booking_is_refused() {
    let stage = Stage::booked();
    stage.world.warp(1_201);
    stage
        .crank(ix::expire(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &[],
        ))
        .unwrap();
    stage.refused(&stage.payer, stage.pay_ix(1), E::WrongState);
}

#[test]
fn payment_of_a_funded_booking_is_refused() {
    let stage = Stage::funded();
    stage.refused(&stage.payer, stage.pay_ix(1), E::WrongState);
}

#[test]
fn payment_into_another_account_or_shard_is_refused() {
    let stage = Stage::booked();
    let pay = stage.pay_ix(1);
    let own = booking::state::Booking::shard(&stage.key());
    let shard = addresses::booking::tne_totals((own + 1) % 16);
    stage.refused(&stage.payer, with_account(&pay, 7, shard), E::WrongShard);
    let fake = stage.token_account(&stage.key(), &stage.mint());
    stage.refused(&stage.payer, with_account(&pay, 4, fake), E::WrongEscrow);
}

#[test]
fn payment_while_paused_is_refused() {
    let stage = Stage::booked();
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.refused(&stage.payer, stage.pay_ix(1), E::Paused);
}
