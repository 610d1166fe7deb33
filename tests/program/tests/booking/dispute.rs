//! `challenge` and `rule_record`.

use booking::error::BookingError as E;
use booking::{
    ID,
    events::{LineEarned, RecordChallenged, RecordRuled},
    state::Booking,
};
use ion_client::instructions::{booking as ix, registry as reg};
use ion_economics::{
    booking::{BookingStatus, RecordStatus},
    units::DAY,
};
use registry::state::PauseBit;
use solana_signer::Signer;

use crate::stage::{COMPUTE, MINUTES, PAYMENT, RESERVATION, Stage, edit, with_account, with_extra};

const GROSS: u64 = 119_520_000;

#[test]
fn challenge_stops_the_pay_of_its_record_alone() {
    let stage = Stage::settling();
    let before = stage.booking();
    let record = stage.challenge(0);
    let event: RecordChallenged = stage.world.event(ID, &record);
    assert_eq!(
        (event.record_seq, event.evidence, event.op_seq),
        (0, [6; 32], before.op_seq)
    );
    assert_eq!(event.ruling_until, stage.world.now() + 7 * DAY);
    let work = stage.work_record(0);
    assert_eq!(
        (work.status, work.ruling_until),
        (RecordStatus::Challenged as u8, event.ruling_until)
    );
    assert_eq!(stage.booking().op_seq, before.op_seq + 1);
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    stage.crank_refused(stage.earn_ix(0, 0), E::RulingOpen);
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    stage.crank_refused(stage.settle_ix(), E::PayOpen);
}

#[test]
fn e58_silent_arbiter_leaves_the_record_and_two_lost_challenges_end_the_right() {
    // silence: paid in full after the ruling period
    let stage = Stage::settling();
    stage.challenge(0);
    stage.world.warp(7 * DAY);
    stage.open_epoch();
    stage.crank_refused(stage.earn_ix(0, 0), E::RulingOpen);
    stage.world.warp(1);
    let late = stage.rule_ix(0, &[0]);
    stage.refused(&stage.world.arbiter, late, E::DeadlinePassed);
    let record = stage.crank(stage.earn_ix(0, 0)).unwrap();
    assert_eq!(stage.world.event::<LineEarned>(ID, &record).amount, GROSS);
    assert_eq!(stage.booking().lost_challenges, 0);

    // two rulings that cut nothing
    let stage = Stage::running();
    stage.extend(7, 2 * 1_440);
    stage.world.warp(i64::from(MINUTES + 2_880) * 60);
    stage.crank(stage.end_ix()).unwrap();
    for seq in 0..3 {
        stage.record(seq, false, &[1_440 * (seq + 1)]).unwrap();
    }
    stage.record(3, true, &[4 * 1_440]).unwrap();
    for (seq, lost) in [(0, 1), (1, 2)] {
        stage.challenge(seq);
        let record = stage.rule(seq, &[1_440]);
        let ruled: RecordRuled = stage.world.event(ID, &record);
        assert_eq!((ruled.cut, ruled.lost_challenges), (0, lost));
    }
    let third = stage.challenge_ix(2);
    stage.refused(&stage.renter, third, E::TooManyLostChallenges);
}

#[test]
fn e93_ruled_record_keeps_its_cut_and_the_next_one_pays_its_own_increase() {
    let stage = Stage::settling();
    stage.challenge(0);
    let before = stage.booking();
    let record = stage.rule(0, &[700]);
    let ruled: RecordRuled = stage.world.event(ID, &record);
    assert_eq!((ruled.cut, ruled.lost_challenges), (61_420_000, 0));
    assert_eq!(
        (ruled.lines[0].ruled_minutes, ruled.lines[0].minutes),
        (700, 1_440)
    );
    let after = stage.booking();
    assert_eq!(after.refund_due, before.refund_due + 61_420_000);
    assert_eq!(
        (after.lines[0].cut, after.lines[0].recorded_minutes),
        (61_420_000, 2_880)
    );
    // the ruling is final: paid at once, without waiting for the rest of the period
    stage.open_epoch();
    let earned = stage.crank(stage.earn_ix(0, 0)).unwrap();
    assert_eq!(
        stage.world.event::<LineEarned>(ID, &earned).amount,
        58_100_000
    );
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    let earned = stage.crank(stage.earn_ix(1, 0)).unwrap();
    assert_eq!(stage.world.event::<LineEarned>(ID, &earned).amount, GROSS);
    let shard = Booking::shard(&stage.key());
    let totals = stage
        .world
        .raw(&ion_client::addresses::booking::tne_totals(shard));
    let totals: booking::state::TneTotals = *bytemuck::from_bytes(&totals.data[8..]);
    let io = |usd: u64| usd * 100_000_000 / 150_000;
    assert_eq!(totals.estimated_io, 2 * io(GROSS));
    assert_eq!(totals.settled_io, io(58_100_000) + io(GROSS));
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Settled);
    assert_eq!(stage.world.token(&stage.escrow()), 0);
    assert_eq!(stage.booking().fees_deposited, RESERVATION + PAYMENT);
}

#[test]
fn e93_ruling_before_the_next_record_changes_nothing_of_it() {
    let stage = Stage::closing();
    stage.record(0, false, &[1_440]).unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    stage.record(1, true, &[2_880]).unwrap();
    assert_eq!(stage.work_record(1).billed, GROSS);
    assert_eq!(stage.booking().lines[0].billed, COMPUTE);
    assert_eq!(stage.booking().refund_due, 61_420_000);
}

#[test]
fn record_ruled_to_nothing_is_finished() {
    let stage = Stage::settling();
    stage.challenge(0);
    stage.rule(0, &[0]);
    let booking = stage.booking();
    assert_eq!((booking.refund_due, booking.open_records), (GROSS, 1));
    stage.open_epoch();
    stage.crank_refused(stage.earn_ix(0, 0), E::AlreadyEarned);
    let by = stage.world.authority.pubkey();
    stage
        .crank(ix::close_record(&by, &stage.key(), 0, &by))
        .unwrap();
}

#[test]
fn ruling_in_the_last_second_is_valid() {
    let stage = Stage::settling();
    stage.world.warp(DAY);
    stage.challenge(1);
    stage.world.warp(7 * DAY);
    stage.rule(1, &[1_440]);
    let late = Stage::settling();
    late.world.warp(DAY + 1);
    let challenge = late.challenge_ix(0);
    late.refused(&late.renter, challenge, E::DeadlinePassed);
}

#[test]
fn undeliverable_pay_of_a_disputed_record_waits_from_its_ruling_period() {
    let stage = Stage::settling();
    stage.world.warp(DAY);
    stage.challenge(0);
    let purse = stage.purse(&stage.payout.pubkey());
    let mut frozen = stage.world.raw(&purse);
    frozen.data[108] = 2;
    stage.world.put(&purse, frozen);
    let earn = |stage: &Stage| stage.earn_to(&stage.world.authority.pubkey(), 0, 0, &purse);
    stage.world.warp(30 * DAY + 1);
    stage.open_epoch();
    stage.crank_refused(earn(&stage), E::PayUndeliverable);
    stage.world.warp(7 * DAY);
    stage.open_epoch();
    stage.crank(earn(&stage)).unwrap();
}

#[test]
fn e59_challenge_sent_twice_is_refused() {
    let stage = Stage::settling();
    let challenge = stage.challenge_ix(0);
    stage.send(&stage.renter, challenge.clone()).unwrap();
    stage.world.chain.with(|svm| svm.expire_blockhash());
    stage.refused(&stage.renter, challenge, E::WrongOpSeq);
    let again = stage.challenge_ix(0);
    stage.refused(&stage.renter, again, E::WrongState);
    stage.rule(0, &[1]);
    let ruling = stage.rule_ix(0, &[2]);
    stage.refused(&stage.world.arbiter, ruling, E::WrongState);
}

#[test]
fn challenge_by_another_of_nothing_or_of_another_record_is_refused() {
    let stage = Stage::settling();
    let mut challenge = stage.challenge_ix(0);
    challenge.accounts[0].pubkey = stage.payer.pubkey();
    stage.refused(&stage.payer, challenge, E::NotRenter);
    let challenge = stage.challenge_ix(0);
    stage.refused(&stage.renter, with_extra(&challenge), E::ExtraAccounts);
    let other = ion_client::addresses::registry::params(&staking::ID);
    stage.refused(
        &stage.renter,
        with_account(&challenge, 1, other),
        E::WrongParams,
    );
    let foreign = crate::stage::copy(
        &stage.world,
        &ion_client::addresses::booking::work_record(&stage.key(), 0),
    );
    edit::<booking::state::WorkRecord>(&stage.world, &foreign, |record| {
        record.booking = stage.quote_key()
    });
    stage.refused(
        &stage.renter,
        with_account(&challenge, 3, foreign),
        E::WrongRecordBooking,
    );
    let earned = Stage::earned();
    let late = earned.challenge_ix(0);
    earned.refused(&earned.renter, late, E::AlreadyEarned);
}

#[test]
fn ruling_by_another_of_an_undisputed_record_or_with_more_minutes_is_refused() {
    let stage = Stage::settling();
    let ruling = stage.rule_ix(0, &[0]);
    stage.refused(&stage.world.arbiter, ruling.clone(), E::WrongState);
    stage.challenge(0);
    let mut stolen = ruling.clone();
    stolen.accounts[0].pubkey = stage.world.slasher.pubkey();
    stage.refused(&stage.world.slasher, stolen, E::NotArbiter);
    stage.refused(&stage.world.arbiter, with_extra(&ruling), E::ExtraAccounts);
    let more = stage.rule_ix(0, &[1_441]);
    stage.refused(&stage.world.arbiter, more, E::RulingAddsMinutes);
    let beyond = stage.rule_ix(0, &[0, 1]);
    stage.refused(&stage.world.arbiter, beyond, E::UnknownLine);
    let roles = crate::stage::copy(&stage.world, &ion_client::addresses::registry::roles());
    stage.refused(
        &stage.world.arbiter,
        with_account(&ruling, 1, roles),
        E::WrongRoles,
    );
}

#[test]
fn no_pause_stops_a_challenge_a_ruling_or_the_pay_after_it() {
    let stage = Stage::settling();
    let pause = reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking);
    stage.send(&stage.world.guardian, pause).unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
}

#[test]
fn cut_of_an_unpriced_record_is_settled_at_its_later_price() {
    let stage = Stage::closing();
    let by = stage.world.authority.pubkey();
    stage
        .crank(stage.apply_ix(stage.leaf(0, false, &[1_440])))
        .unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    stage.open_epoch();
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    let price = stage.world.post_price(stage.world.price_now());
    stage
        .crank(ix::price_record(&by, &stage.key(), 0, &price))
        .unwrap();
    let record = stage.work_record(0);
    let io = |usd: u64| usd * 100_000_000 / 150_000;
    assert_eq!(
        (record.io_amount, record.settled_io),
        (io(GROSS), io(58_100_000))
    );
}
