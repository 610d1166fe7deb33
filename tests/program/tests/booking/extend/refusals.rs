//! Extensions that are refused.

use super::*;

#[test]
fn e53_extension_after_the_end_is_refused() {
    let stage = Stage::running();
    let end = i64::from(MINUTES) * 60;
    stage.world.warp(end - 30);
    let id = stage.fresh_id(7);
    stage.quote_extension(id, 60);
    stage.world.warp(29);
    let late = stage.extend_ix(id);
    stage.world.warp(1);
    refused(&stage, late, E::DeadlinePassed);
    let quote = stage.quote_extension_ix(stage.fresh_id(8), 60);
    stage.refused(&stage.world.scheduler, quote, E::DeadlinePassed);
    stage.crank(stage.end_ix()).unwrap();
    let extend = stage.extend_ix(id);
    refused(&stage, extend, E::LinesChanged);
    let quote = stage.quote_extension_ix(stage.fresh_id(9), 60);
    ion_program_tests::expect_error(
        stage.send(&stage.world.scheduler, quote),
        ID,
        E::LineCount,
        0,
    );
}

#[test]
fn e59_extension_sent_twice_is_refused_by_its_operation_number() {
    let (stage, id) = quoted();
    let first = stage.extend_ix(id);
    stage.send_extension(first.clone()).unwrap();
    // a new quote, the old operation number
    let again = stage.fresh_id(8);
    stage.quote_extension(again, DAY_MINUTES);
    let repeat = ix::extend(
        &stage.renter.pubkey(),
        &stage.payer.pubkey(),
        &stage.key(),
        &stage.mint(),
        &stage.purse(&stage.payer.pubkey()),
        &Extension {
            quote_id: again,
            max_total: u64::MAX,
            op_seq: stage.booking().op_seq - 1,
        },
        &stage.devices,
    );
    refused(&stage, repeat, E::WrongOpSeq);
    let booking = stage.booking();
    stage.world.chain.with(|svm| svm.expire_blockhash());
    refused(&stage, first, E::QuoteUsed);
    assert_eq!(stage.booking(), booking);
}

#[test]
fn extension_outside_the_minute_range_is_refused() {
    let stage = Stage::running();
    for minutes in [0, 59, 525_600 - MINUTES + 1] {
        let quote = stage.quote_extension_ix(stage.fresh_id(7), minutes);
        stage.refused(&stage.world.scheduler, quote, E::MinutesOutOfRange);
    }
    stage.quote_extension(stage.fresh_id(7), 525_600 - MINUTES);
}

#[test]
fn extension_quote_by_another_key_of_other_lines_or_without_price_is_refused() {
    let stage = Stage::running();
    let quote = stage.quote_extension_ix(stage.fresh_id(7), 60);
    let mut stolen = quote.clone();
    stolen.accounts[0].pubkey = stage.renter.pubkey();
    stage.refused(&stage.renter, stolen, E::NotScheduler);
    stage.refused(
        &stage.world.scheduler,
        without_last(&quote, 2),
        E::LinesChanged,
    );
    stage.refused(
        &stage.world.scheduler,
        without_last(&quote, 1),
        E::LineAccounts,
    );
    stage.refused(&stage.world.scheduler, with_extra(&quote), E::LineAccounts);
    let mut old = stage.fresh_id(7);
    old[..8].copy_from_slice(&(stage.world.now() - 61).to_le_bytes());
    let quote = stage.quote_extension_ix(old, 60);
    stage.refused(&stage.world.scheduler, quote, E::QuoteIdTime);
    edit::<Device>(&stage.world, &stage.devices[0], |device| device.status = 2);
    let quote = stage.quote_extension_ix(stage.fresh_id(7), 60);
    stage.refused(&stage.world.scheduler, quote, E::DeviceNotUp);
}

#[test]
fn extension_of_a_booking_that_does_not_run_is_refused() {
    let stage = Stage::paid();
    let quote = stage.quote_extension_ix(stage.fresh_id(7), 60);
    stage.refused(&stage.world.scheduler, quote, E::WrongState);
}

#[test]
fn extension_with_a_foreign_quote_is_refused() {
    let (stage, id) = quoted();
    let extend = stage.extend_ix(id);
    // the quote the booking was made from
    refused(
        &stage,
        with_account(&extend, 3, stage.quote_key()),
        E::WrongQuoteKind,
    );
    let key = addresses::booking::quote(&id);
    edit::<Quote>(&stage.world, &key, |quote| {
        quote.booking = stage.quote_key()
    });
    refused(&stage, extend, E::WrongBooking);
}

#[test]
fn extension_after_the_quote_or_above_the_limit_is_refused() {
    let (stage, id) = quoted();
    let dear = ix::extend(
        &stage.renter.pubkey(),
        &stage.payer.pubkey(),
        &stage.key(),
        &stage.mint(),
        &stage.purse(&stage.payer.pubkey()),
        &Extension {
            quote_id: id,
            max_total: DAY_TOTAL - 1,
            op_seq: stage.booking().op_seq,
        },
        &stage.devices,
    );
    refused(&stage, dear, E::TotalAboveMax);
    stage.world.warp(61);
    refused(&stage, stage.extend_ix(id), E::QuoteExpired);
}

#[test]
fn e91_extension_across_the_mode_switch_is_refused() {
    let (stage, id) = quoted();
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.ide_from_hour = 0
    });
    refused(&stage, stage.extend_ix(id), E::QuoteExpired);
    let quote = stage.quote_extension_ix(stage.fresh_id(8), 60);
    stage.refused(&stage.world.scheduler, quote, E::NotScheduleHour);
}

#[test]
fn extension_while_paused_is_refused() {
    let (stage, id) = quoted();
    let pause = reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking);
    stage.send(&stage.world.guardian, pause).unwrap();
    refused(&stage, stage.extend_ix(id), E::Paused);
    let quote = stage.quote_extension_ix(stage.fresh_id(8), 60);
    stage.refused(&stage.world.scheduler, quote, E::Paused);
}

#[test]
fn e95_extension_by_a_stranger_or_at_its_expense_is_refused() {
    let (stage, id) = quoted();
    let stranger = stage.world.wallet(0, 1_000_000_000);
    let extend = |renter: &Pubkey, payer: &Pubkey, source: &Pubkey| {
        ix::extend(
            renter,
            payer,
            &stage.key(),
            &stage.mint(),
            source,
            &Extension {
                quote_id: id,
                max_total: u64::MAX,
                op_seq: stage.booking().op_seq,
            },
            &stage.devices,
        )
    };
    let (renter, payer) = (stage.renter.pubkey(), stage.payer.pubkey());
    let purse = stage.purse(&payer);
    let key = stranger.pubkey();
    let as_renter = extend(&key, &payer, &purse);
    ion_program_tests::expect_error(
        stage.world.send(&stranger, &[&stage.payer], &[as_renter]),
        ID,
        E::NotRenter,
        0,
    );
    let own = stage.purse(&key);
    let as_payer = extend(&renter, &key, &own);
    ion_program_tests::expect_error(
        stage.world.send(&stage.renter, &[&stranger], &[as_payer]),
        ID,
        E::NotPayer,
        0,
    );
    refused(&stage, extend(&renter, &payer, &own), E::WrongSource);
    let empty = stage.token_account(&payer, &stage.mint());
    refused(
        &stage,
        extend(&renter, &payer, &empty),
        E::InsufficientFunds,
    );
}

#[test]
fn extension_with_foreign_accounts_is_refused() {
    let (stage, id) = quoted();
    let extend = stage.extend_ix(id);
    let fake = stage.token_account(&stage.key(), &stage.mint());
    refused(&stage, with_account(&extend, 5, fake), E::WrongEscrow);
    refused(
        &stage,
        with_account(&extend, 6, stage.other_mint()),
        E::WrongMint,
    );
    let shard = (Booking::shard(&stage.key()) + 1) % 16;
    refused(
        &stage,
        with_account(&extend, 8, addresses::booking::tne_totals(shard)),
        E::WrongShard,
    );
    refused(&stage, with_extra(&extend), E::DeviceAccounts);
    refused(&stage, without_last(&extend, 1), E::DeviceAccounts);
}
