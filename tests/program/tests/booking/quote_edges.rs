//! Named edge cases of quotes, payers and currencies that no other file holds.

use booking::error::BookingError as E;
use booking::{CreateQuoteArgs, ID};
use ion_client::instructions::booking as ix;
use ion_economics::booking::Currency;
use ion_program_tests::expect_error;
use solana_signer::Signer;

use crate::stage::{PURSE_USDC, Stage, with_account};

#[test]
fn e50_price_that_moves_leaves_the_quote_for_its_minute_and_holds_for_the_next() {
    let mut stage = Stage::in_io();
    stage.create_quote();
    let quoted = stage.quote();
    // the price halves
    let mut price = stage.world.price_now();
    price.price /= 2;
    price.ema_price /= 2;
    price.conf /= 2;
    let halved = stage.world.post_price(price);
    stage.world.warp(60);
    stage.book();
    assert_eq!(stage.booking().total, quoted.total);

    stage.id = stage.fresh_id(2);
    let mut price = stage.world.price_now();
    price.price /= 2;
    price.conf /= 2;
    let halved_now = stage.world.post_price(price);
    assert_ne!(halved, halved_now);
    let next = ix::create_quote(
        &stage.world.scheduler.pubkey(),
        Some(&halved_now),
        &stage.lines(),
        stage.quote_args(),
    );
    stage.send(&stage.world.scheduler, next).unwrap();
    assert!(stage.quote().total > 2 * quoted.total - 10);
    stage.world.warp(61);
    stage.refused(&stage.renter, stage.book_ix(), E::QuoteExpired);
}

#[test]
fn e61_refund_in_the_other_currency_cannot_be_expressed() {
    let stage = Stage::funded();
    stage
        .send(
            &stage.renter,
            ix::cancel(
                &stage.renter.pubkey(),
                &stage.key(),
                stage.booking().op_seq,
                &[],
            ),
        )
        .unwrap();
    let refund = stage.refund_ix();
    let other = stage.token_account(&stage.payer.pubkey(), &stage.other_mint());
    stage.crank_refused(with_account(&refund, 4, other), E::WrongMint);
    stage.crank_refused(with_account(&refund, 3, stage.other_mint()), E::WrongMint);
    stage.crank(refund).unwrap();
    assert_eq!(
        stage.world.token(&stage.purse(&stage.payer.pubkey())),
        PURSE_USDC
    );
}

#[test]
fn e68_booking_id_reused_or_in_another_currency_is_refused() {
    let mut stage = Stage::booked();
    let booking = stage.booking();
    stage.refused(
        &stage.world.scheduler,
        stage.quote_ix(stage.quote_args()),
        E::QuoteExists,
    );
    // the used quote is closed and made again in the other currency: its booking exists
    let close = ix::close_quote(
        &stage.world.authority.pubkey(),
        &stage.id,
        &stage.world.scheduler.pubkey(),
    );
    stage.crank(close).unwrap();
    let args = CreateQuoteArgs {
        currency: Currency::Io as u8,
        ..stage.quote_args()
    };
    stage.currency = Currency::Io;
    stage
        .send(&stage.world.scheduler, stage.quote_ix(args))
        .unwrap();
    stage.send(&stage.renter, stage.book_ix()).unwrap_err();
    assert_eq!(stage.booking(), booking);
}

#[test]
fn e95_stranger_s_payment_of_a_booking_is_refused() {
    let stage = Stage::booked();
    let stranger = stage.world.wallet(0, PURSE_USDC);
    let wallet = stranger.pubkey();
    let pay = ix::pay(
        &wallet,
        &stage.mint(),
        &stage.key(),
        &stage.purse(&wallet),
        1,
        stage.booking().op_seq,
    );
    expect_error(stage.send(&stranger, pay), ID, E::NotPayer, 0);
    assert_eq!(stage.world.token(&stage.purse(&wallet)), PURSE_USDC);
    assert_eq!(stage.booking().paid, 0);
}
