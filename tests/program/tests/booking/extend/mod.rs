//! `quote_extension` and `extend`.

mod refusals;

use booking::error::BookingError as E;
use booking::{
    ID, QuoteExtensionArgs,
    events::{BookingExtended, BookingPaid, QuoteCreated},
    state::{Booking, Quote},
};
use ion_client::{
    addresses,
    instructions::{
        booking::{self as ix, Extension},
        registry as reg,
    },
};
use ion_economics::{
    booking::{BookingStatus, Currency, Stamp},
    units::DAY,
};
use registry::{
    UpdateDeviceArgs,
    state::{Config, Device, PauseBit},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    ASK, COMPUTE, MINUTES, Stage, TOTAL, edit, with_account, with_extra, without_last,
};

/// One day at the ask of the stage: 24 · 4.98 USD, with fees of 25 and 200 bps.
const DAY_COMPUTE: u64 = 119_520_000;
const DAY_TOTAL: u64 = DAY_COMPUTE + 298_800 + 2_390_400;
const DAY_MINUTES: u32 = 1_440;

fn set_ask(stage: &Stage, ask: u64) {
    let args = UpdateDeviceArgs {
        payout_wallet: None,
        ask_usd_micros: Some(ask),
        open_until: None,
    };
    let update = reg::update_device(&stage.owner.pubkey(), &stage.devices[0], None, args);
    stage.send(&stage.owner, update).unwrap();
}

fn set_open_until(stage: &Stage, open_until: i64) {
    let args = UpdateDeviceArgs {
        payout_wallet: None,
        ask_usd_micros: None,
        open_until: Some(open_until),
    };
    let update = reg::update_device(&stage.owner.pubkey(), &stage.devices[0], None, args);
    stage.send(&stage.owner, update).unwrap();
}

/// The extension is refused with this error and no balance moves.
#[track_caller]
fn refused(stage: &Stage, instruction: Instruction, error: E) {
    let before = stage.money();
    ion_program_tests::expect_error(stage.send_extension(instruction), ID, error, 0);
    assert_eq!(stage.money(), before);
}

fn quoted() -> (Stage, [u8; 16]) {
    let stage = Stage::running();
    let id = stage.fresh_id(7);
    stage.quote_extension(id, DAY_MINUTES);
    (stage, id)
}

#[test]
fn extension_adds_minutes_price_and_fees() {
    let (stage, id) = quoted();
    let quote: Quote = stage.world.get(&addresses::booking::quote(&id));
    assert_eq!(
        (quote.kind, quote.booking, quote.minutes, quote.total),
        (1, stage.key(), DAY_MINUTES, DAY_TOTAL)
    );
    assert_eq!(
        (quote.renter, quote.payer, quote.currency),
        (stage.renter.pubkey(), stage.payer.pubkey(), 0)
    );
    let before = stage.booking();
    let payer = stage.world.token(&stage.purse(&stage.payer.pubkey()));
    let record = stage.send_extension(stage.extend_ix(id)).unwrap();
    let after = stage.booking();
    assert_eq!(
        (after.minutes, after.total, after.paid),
        (MINUTES + DAY_MINUTES, TOTAL + DAY_TOTAL, TOTAL + DAY_TOTAL)
    );
    assert_eq!(
        (after.ends_at, after.deadline),
        (before.ends_at + DAY, before.ends_at + DAY)
    );
    assert_eq!(after.payment_fee, before.payment_fee + 2_390_400);
    assert_eq!(
        (after.op_seq, after.status),
        (before.op_seq + 1, BookingStatus::Running as u8)
    );
    let line = &after.lines[0];
    assert_eq!(line.reservation, before.lines[0].reservation + 298_800);
    // the same price per minute: one purchase
    assert_eq!(line.segments.len(), 1);
    assert_eq!(
        (line.segments[0].minutes, line.segments[0].amount),
        (MINUTES + DAY_MINUTES, COMPUTE + DAY_COMPUTE)
    );
    assert_eq!(
        stage.world.token(&stage.purse(&stage.payer.pubkey())),
        payer - DAY_TOTAL
    );
    assert_eq!(stage.world.token(&stage.escrow()), TOTAL + DAY_TOTAL);
    let extended: BookingExtended = stage.world.event(ID, &record);
    assert_eq!(
        (extended.minutes, extended.amount, extended.ends_at.new),
        (DAY_MINUTES, DAY_TOTAL, after.ends_at)
    );
    assert_eq!(extended.lines.len(), 1);
    let paid: BookingPaid = stage.world.event(ID, &record);
    assert_eq!(
        (paid.amount, paid.paid.old, paid.seq),
        (DAY_TOTAL, TOTAL, extended.seq + 1)
    );
    assert!(
        stage
            .world
            .get::<Quote>(&addresses::booking::quote(&id))
            .is_used
    );
    // the account of a quote that was used closes at once
    let close = ix::close_quote(
        &stage.world.authority.pubkey(),
        &id,
        &stage.world.scheduler.pubkey(),
    );
    stage.crank(close).unwrap();
}

#[test]
fn e52_extended_then_terminated_is_given_back_from_the_last_purchase_backwards() {
    for (minutes, refund, billed) in [
        (1_000u32, 286_040_000, 83_000_000),
        (2_000, 203_040_000, 166_000_000),
        (3_000, 119_166_666, 249_873_334),
    ] {
        let (stage, id) = quoted();
        edit::<Quote>(&stage.world, &addresses::booking::quote(&id), |quote| {
            quote.lines[0].compute = 130_000_000;
            quote.lines[0].reservation = 325_000;
            quote.lines[0].payment = 2_600_000;
            quote.total = 132_925_000;
        });
        stage.send_extension(stage.extend_ix(id)).unwrap();
        assert_eq!(stage.booking().lines[0].segments.len(), 2);
        stage.world.warp(i64::from(minutes) * 60);
        stage.send(&stage.renter, stage.terminate_ix()).unwrap();
        let boundaries = (minutes - 1) / 1_440;
        for seq in 0..boundaries {
            stage.record(seq, false, &[1_440 * (seq + 1)]).unwrap();
        }
        stage.record(boundaries, true, &[minutes]).unwrap();
        let booking = stage.booking();
        assert_eq!(
            (booking.refund_due, booking.lines[0].billed),
            (refund, billed),
            "{minutes} min"
        );
        assert_eq!(booking.fees_kept, 597_600 + 325_000 + 4_780_800 + 2_600_000);
        let record = stage.crank(stage.refund_ix()).unwrap();
        assert!(record.compute_units > 0);
    }
}

#[test]
fn e67_extension_is_billed_at_its_own_price_and_leaves_the_first_purchase() {
    let stage = Stage::running();
    let bought = stage.booking().lines[0].segments[0];
    set_ask(&stage, 6_000_000);
    stage.extend(7, DAY_MINUTES);
    let line = stage.booking().lines[0].clone();
    assert_eq!(line.segments[0], bought);
    assert_eq!(
        (line.segments[1].minutes, line.segments[1].amount),
        (DAY_MINUTES, 144_000_000)
    );
}

#[test]
fn e99_owner_s_new_ask_and_limit_hold_for_the_next_extension_only() {
    let stage = Stage::running();
    let before = stage.booking();
    let ends_at = before.ends_at;
    set_ask(&stage, 2 * ASK);
    set_open_until(&stage, ends_at + DAY);
    assert_eq!(stage.booking(), before);
    let beyond = stage.quote_extension_ix(stage.fresh_id(7), DAY_MINUTES + 1);
    stage.refused(&stage.world.scheduler, beyond, E::DeviceNotOpen);
    let id = stage.fresh_id(8);
    let record = stage.quote_extension(id, DAY_MINUTES);
    let quoted: QuoteCreated = stage.world.event(ID, &record);
    assert_eq!(quoted.lines[0].rate_usd_micros, 2 * ASK);
    // a limit set between quote and extension holds too
    set_open_until(&stage, ends_at + DAY - 1);
    let extend = stage.extend_ix(id);
    refused(&stage, extend.clone(), E::DeviceNotOpen);
    set_open_until(&stage, 0);
    stage.send_extension(extend).unwrap();
}

#[test]
fn fifth_price_is_refused_until_the_first_ones_are_settled() {
    let stage = Stage::running();
    for nonce in 1..4 {
        set_ask(&stage, ASK + nonce);
        stage.extend(nonce + 10, 1_440);
    }
    assert_eq!(stage.booking().lines[0].segments.len(), 4);
    set_ask(&stage, 2 * ASK);
    let id = stage.fresh_id(20);
    stage.quote_extension(id, 60);
    let extend = stage.extend_ix(id);
    refused(&stage, extend, E::TooManySegments);
    // three days of records: two purchases are covered once the third record is earned
    for seq in 0..3 {
        stage.world.warp(DAY);
        stage.record(seq, false, &[1_440 * (seq + 1)]).unwrap();
    }
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    stage.crank(stage.earn_ix(2, 0)).unwrap();
    // record 0 is still open, so nothing counts as settled
    let id = stage.fresh_id(21);
    stage.quote_extension(id, 60);
    refused(&stage, stage.extend_ix(id), E::TooManySegments);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    assert_eq!(stage.booking().lines[0].final_minutes, MINUTES + 1_440);
    let compute = stage.booking().lines[0].compute().unwrap();
    stage.send_extension(stage.extend_ix(id)).unwrap();
    let line = stage.booking().lines[0].clone();
    assert_eq!(line.segments.len(), 4);
    assert_eq!(line.segments[0].minutes, MINUTES + 1_440);
    assert_eq!(line.compute().unwrap(), compute + 2 * ASK);
}

#[test]
fn e69_year_with_365_records_keeps_its_counters_and_folds_its_purchases() {
    let stage = Stage::running();
    stage
        .world
        .give(&stage.payer.pubkey(), 0, 1_000_000_000_000);
    let by = stage.world.authority.pubkey();
    let mut bought = COMPUTE;
    for day in 0..363u32 {
        stage.world.warp(DAY);
        stage.record(day, false, &[1_440 * (day + 1)]).unwrap();
        if day >= 2 {
            stage.open_epoch();
            stage.crank(stage.earn_ix(day - 2, 0)).unwrap();
            stage
                .crank(ix::close_record(&by, &stage.key(), day - 2, &by))
                .unwrap();
        }
        // a week more at a new price, until the year is full
        let more = (525_600 - stage.booking().minutes).min(7 * 1_440);
        if day % 7 == 0 && more > 0 {
            set_ask(&stage, ASK + u64::from(day) + 1);
            bought += u64::from(more / 60) * (ASK + u64::from(day) + 1);
            stage.extend(u64::from(day) + 10, more);
        }
        let booking = stage.booking();
        assert!(booking.lines[0].segments.len() <= 4, "day {day}");
        assert_eq!(booking.lines[0].compute().unwrap(), bought);
    }
    let booking = stage.booking();
    assert_eq!((booking.minutes, booking.next_record), (1_440 * 365, 363));
    assert_eq!(booking.finished_records, 361);
    assert_eq!(
        stage.world.raw(&stage.key()).data.len(),
        booking.space_now().unwrap()
    );
}

#[test]
fn extension_in_io_needs_the_oracle_and_uses_the_lower_price() {
    let mut stage = Stage::in_io();
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    let id = stage.fresh_id(7);
    let blind = ix::quote_extension(
        &stage.world.scheduler.pubkey(),
        &stage.key(),
        Stamp::Schedule,
        None,
        &stage.lines(),
        QuoteExtensionArgs { id, minutes: 60 },
    );
    stage.refused(&stage.world.scheduler, blind, E::OracleMissing);
    let mut wide = stage.world.price_now();
    wide.conf = 300_001;
    let wide = stage.world.post_price(wide);
    let uncertain = ix::quote_extension(
        &stage.world.scheduler.pubkey(),
        &stage.key(),
        Stamp::Schedule,
        Some(&wide),
        &stage.lines(),
        QuoteExtensionArgs { id, minutes: 60 },
    );
    stage.refused(&stage.world.scheduler, uncertain, E::OracleUnusable);
    stage.quote_extension(id, 60);
    let quote: Quote = stage.world.get(&addresses::booking::quote(&id));
    let floor = u128::from(quote.price_p12);
    let expected = (u128::from(ASK) * 100_000_000_000_000).div_ceil(floor);
    assert_eq!(u128::from(quote.lines[0].compute), expected);
    assert_eq!(quote.lines[0].payment, 0);
    stage.send_extension(stage.extend_ix(id)).unwrap();
    // e61: the currency is the booking's; a purse of the other one is no source
    stage.currency = Currency::Usdc;
    let foreign = stage.purse(&stage.payer.pubkey());
    stage.currency = Currency::Io;
    let id = stage.fresh_id(8);
    stage.quote_extension(id, 60);
    let extend = stage.extend_ix(id);
    refused(&stage, with_account(&extend, 7, foreign), E::WrongMint);
}

#[test]
fn grown_account_returns_all_its_rent_at_close() {
    let stage = Stage::running();
    let rent = |stage: &Stage| stage.world.raw(&stage.key()).lamports;
    let before = rent(&stage);
    set_ask(&stage, ASK + 1);
    stage.extend(7, 60);
    let grown = rent(&stage);
    assert!(grown > before);
    stage.world.warp(i64::from(MINUTES + 60) * 60);
    stage.crank(stage.end_ix()).unwrap();
    stage.record(0, false, &[1_440]).unwrap();
    stage.record(1, false, &[2_880]).unwrap();
    stage.record(2, true, &[2_940]).unwrap();
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..3 {
        stage.crank(stage.earn_ix(seq, 0)).unwrap();
    }
    stage.crank(stage.settle_ix()).unwrap();
    stage.world.warp(7 * DAY);
    let escrow = stage.world.raw(&stage.escrow()).lamports;
    let renter = stage.world.raw(&stage.renter.pubkey()).lamports;
    stage.crank(stage.close_ix()).unwrap();
    assert_eq!(
        stage.world.raw(&stage.renter.pubkey()).lamports,
        renter + grown + escrow
    );
}

#[test]
fn eight_lines_are_extended_in_one_transaction() {
    let stage = Stage::with_devices(8);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    stage.extend(7, DAY_MINUTES);
    let booking = stage.booking();
    assert_eq!(booking.total, 8 * (TOTAL + DAY_TOTAL));
    assert!(
        booking
            .lines
            .iter()
            .all(|line| line.segments[0].minutes == MINUTES + DAY_MINUTES)
    );
}
