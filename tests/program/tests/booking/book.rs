//! `book`.

use booking::error::BookingError as E;
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::booking::{BookingStatus, LineStatus};
use registry::state::{Config, PauseBit};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    COMPUTE, MINUTES, PAYMENT, RESERVATION, Stage, TOTAL, edit, with_account, with_extra,
};

#[test]
fn booking_takes_over_every_term_of_the_quote() {
    let stage = Stage::booked();
    let booking = stage.booking();
    assert_eq!(
        (booking.renter, booking.payer, booking.id),
        (stage.renter.pubkey(), stage.payer.pubkey(), stage.id)
    );
    assert_eq!(
        (booking.total, booking.payment_fee, booking.supplier_fee_bps),
        (TOTAL, PAYMENT, 225)
    );
    assert_eq!(
        (
            booking.minutes,
            booking.nonrefundable_minutes,
            booking.op_seq
        ),
        (MINUTES, 60, 1)
    );
    assert_eq!(booking.status, BookingStatus::Booked as u8);
    let line = &booking.lines[0];
    assert_eq!(
        (line.device, line.reservation, line.status),
        (stage.devices[0], RESERVATION, LineStatus::Reserved as u8)
    );
    assert_eq!(
        (
            line.segments.len(),
            line.segments[0].minutes,
            line.segments[0].amount
        ),
        (1, MINUTES, COMPUTE)
    );
    assert_eq!(
        stage.world.raw(&stage.key()).data.len(),
        booking::state::Booking::space(1)
    );
}

#[test]
fn booking_by_another_wallet_is_refused() {
    let stage = Stage::quoted();
    let book = ix::book(&stage.payer.pubkey(), &stage.mint(), &stage.id, u64::MAX);
    stage.refused(&stage.payer, book, E::NotRenter);
}

#[test]
fn quote_is_booked_once() {
    let stage = Stage::booked();
    stage.refused(&stage.renter, stage.book_ix(), E::QuoteUsed);
}

#[test]
fn quote_is_booked_at_its_last_second_and_not_after() {
    let stage = Stage::quoted();
    stage.world.warp(61);
    stage.refused(&stage.renter, stage.book_ix(), E::QuoteExpired);
    let stage = Stage::quoted();
    stage.world.warp(60);
    stage.book();
}

#[test]
fn quote_of_an_ended_mode_is_refused() {
    let stage = Stage::quoted();
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = 0
    });
    stage.refused(&stage.renter, stage.book_ix(), E::QuoteExpired);
}

#[test]
fn price_above_the_renters_limit_is_refused() {
    let stage = Stage::quoted();
    let book = |limit| ix::book(&stage.renter.pubkey(), &stage.mint(), &stage.id, limit);
    stage.refused(&stage.renter, book(TOTAL - 1), E::TotalAboveMax);
    stage.send(&stage.renter, book(TOTAL)).unwrap();
}

#[test]
fn booking_in_the_other_mint_is_refused() {
    let stage = Stage::quoted();
    let book = ix::book(
        &stage.renter.pubkey(),
        &stage.other_mint(),
        &stage.id,
        u64::MAX,
    );
    stage.refused(&stage.renter, book, E::WrongMint);
}

#[test]
fn booking_into_another_shard_is_refused() {
    let stage = Stage::quoted();
    let own = booking::state::Booking::shard(&stage.key());
    let book = with_account(
        stage.book_ix(),
        7,
        addresses::booking::tne_totals((own + 1) % 16),
    );
    stage.refused(&stage.renter, book, E::WrongShard);
}

#[test]
fn booking_while_paused_is_refused() {
    let stage = Stage::quoted();
    let pause = reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking);
    stage.send(&stage.world.guardian, pause).unwrap();
    stage.refused(&stage.renter, stage.book_ix(), E::Paused);
}

#[test]
fn booking_with_surplus_accounts_is_refused() {
    let stage = Stage::quoted();
    stage.refused(&stage.renter, with_extra(stage.book_ix()), E::ExtraAccounts);
}

#[test]
fn address_funded_beforehand_does_not_stop_a_booking() {
    let stage = Stage::new();
    for key in [stage.quote_key(), stage.key(), stage.escrow()] {
        stage.world.put(
            &key,
            solana_account::Account {
                lamports: 1,
                ..Default::default()
            },
        );
    }
    stage.create_quote();
    stage.book();
    assert_eq!(stage.status(), BookingStatus::Booked);
    assert_ne!(stage.booking().renter, Pubkey::default());
}
