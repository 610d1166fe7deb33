//! Every guard of the price (economics §1.5) on a quote in IO, and on work valued in IO.

use booking::error::BookingError as E;
use ion_client::instructions::booking as ix;
use ion_program_tests::world::RECEIVER;
use ion_test_oracle::PostedPrice;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::Stage;

fn quote_with(stage: &Stage, price: Option<&Pubkey>) -> Instruction {
    ix::create_quote(
        &stage.world.scheduler.pubkey(),
        price,
        &stage.lines(),
        stage.quote_args(),
    )
}

fn quote_at(change: impl FnOnce(&mut PostedPrice)) -> (Stage, Instruction) {
    let stage = Stage::in_io();
    let mut price = stage.world.price_now();
    change(&mut price);
    let key = stage.world.post_price(price);
    let quote = quote_with(&stage, Some(&key));
    (stage, quote)
}

#[track_caller]
fn usable(change: impl FnOnce(&mut PostedPrice)) {
    let (stage, quote) = quote_at(change);
    stage.send(&stage.world.scheduler, quote).unwrap();
}

#[track_caller]
fn unusable(change: impl FnOnce(&mut PostedPrice)) {
    let (stage, quote) = quote_at(change);
    stage.refused(&stage.world.scheduler, quote, E::OracleUnusable);
}

#[test]
fn price_is_taken_at_the_bounds_of_age_and_future_only() {
    usable(|price| price.publish_time -= 60);
    unusable(|price| price.publish_time -= 61);
    usable(|price| price.publish_time += 30);
    unusable(|price| price.publish_time += 31);
}

#[test]
fn uncertain_price_is_taken_at_the_bound_only() {
    usable(|price| price.conf = 300_000);
    unusable(|price| price.conf = 300_001);
}

#[test]
fn unverified_price_is_refused() {
    unusable(|price| price.full = false);
}

#[test]
fn price_that_is_not_positive_is_refused() {
    unusable(|price| price.price = 0);
    unusable(|price| price.price = -15_000_000);
}

#[test]
fn price_with_an_odd_exponent_or_size_is_refused() {
    unusable(|price| price.exponent = 1);
    unusable(|price| price.exponent = -13);
    unusable(|price| price.exponent = 0);
}

#[test]
fn price_of_another_feed_is_refused() {
    let (stage, quote) = quote_at(|price| price.feed_id = [8; 32]);
    stage.refused(&stage.world.scheduler, quote, E::BadOracleAccount);
}

#[test]
fn price_account_of_another_program_is_refused() {
    let stage = Stage::in_io();
    let key = Pubkey::new_unique();
    stage
        .world
        .put(&key, stage.world.price_now().account(Pubkey::new_unique()));
    let quote = quote_with(&stage, Some(&key));
    stage.refused(&stage.world.scheduler, quote, E::BadOracleAccount);
}

#[test]
fn other_account_of_the_receiver_is_refused() {
    let stage = Stage::in_io();
    let key = Pubkey::new_unique();
    let mut account = stage.world.price_now().account(RECEIVER);
    account.data[0] ^= 1;
    stage.world.put(&key, account);
    let quote = quote_with(&stage, Some(&key));
    stage.refused(&stage.world.scheduler, quote, E::BadOracleAccount);
}

#[test]
fn quote_in_io_without_a_price_is_refused_and_one_in_usdc_needs_none() {
    let mut stage = Stage::in_io();
    let quote = quote_with(&stage, None);
    stage.refused(&stage.world.scheduler, quote, E::OracleMissing);
    stage.currency = ion_economics::booking::Currency::Usdc;
    let quote = quote_with(&stage, None);
    stage.send(&stage.world.scheduler, quote).unwrap();
}

#[test]
fn work_at_an_unusable_price_is_accepted_unpriced_and_priced_once_later() {
    let stage = Stage::closing();
    let by = stage.world.authority.pubkey();
    let mut price = stage.world.price_now();
    price.publish_time -= 61;
    let stale = stage.world.post_price(price);
    let args = stage.leaf(0, false, &[1_440]);
    stage
        .crank(ix::apply_work_leaf(&by, &stage.key(), Some(&stale), args))
        .unwrap();
    let record = stage.work_record(0);
    assert_eq!(
        (record.is_priced, record.io_amount, record.billed),
        (false, 0, 119_520_000)
    );

    stage.crank_refused(
        ix::price_record(&by, &stage.key(), 0, &stale),
        E::OracleUnusable,
    );
    stage.crank_refused(ix::close_record(&by, &stage.key(), 0, &by), E::RecordOpen);
    let fresh = stage.world.post_price(stage.world.price_now());
    stage
        .crank(ix::price_record(&by, &stage.key(), 0, &fresh))
        .unwrap();
    let record = stage.work_record(0);
    assert_eq!(
        (record.is_priced, record.io_amount, record.settled_io),
        (true, 79_680_000_000, 0)
    );
    stage.crank_refused(
        ix::price_record(&by, &stage.key(), 0, &fresh),
        E::AlreadyPriced,
    );
}

#[test]
fn lines_earned_before_the_price_are_settled_with_it() {
    let stage = Stage::closing();
    let by = stage.world.authority.pubkey();
    stage
        .crank(stage.apply_ix(stage.leaf(0, false, &[1_440])))
        .unwrap();
    stage.world.warp(ion_economics::units::DAY + 1);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    assert_eq!(stage.work_record(0).settled_io, 0);
    let fresh = stage.world.post_price(stage.world.price_now());
    stage
        .crank(ix::price_record(&by, &stage.key(), 0, &fresh))
        .unwrap();
    assert_eq!(stage.work_record(0).settled_io, 79_680_000_000);
}

#[test]
fn work_with_a_foreign_price_account_is_refused() {
    let stage = Stage::closing();
    let mut price = stage.world.price_now();
    price.feed_id = [8; 32];
    let foreign = stage.world.post_price(price);
    let args = stage.leaf(0, false, &[1_440]);
    let by = stage.world.authority.pubkey();
    stage.crank_refused(
        ix::apply_work_leaf(&by, &stage.key(), Some(&foreign), args),
        E::BadOracleAccount,
    );
}

/// The quoting half of E41; the day's half is in the tests of the engine.
#[test]
fn e41_a_stale_or_wide_price_refuses_quotes_in_io_and_leaves_usdc_alone() {
    unusable(|price| price.publish_time -= 3_600);
    unusable(|price| price.conf = 10_000_000);
    let stage = Stage::new();
    let mut price = stage.world.price_now();
    price.publish_time -= 3_600;
    stage.world.post_price(price);
    stage
        .send(&stage.world.scheduler, quote_with(&stage, None))
        .expect("a quote in USDC needs no price");
}
