//! `start`.

use booking::error::BookingError as E;
use ion_client::instructions::{booking as ix, registry as reg};
use ion_economics::booking::BookingStatus;
use registry::state::PauseBit;
use solana_signer::Signer;

use crate::stage::{MINUTES, Stage, with_extra};

#[test]
fn minutes_run_from_the_start() {
    let stage = Stage::running();
    let booking = stage.booking();
    assert_eq!(booking.started_at, stage.world.now());
    assert_eq!(booking.ends_at, stage.world.now() + i64::from(MINUTES) * 60);
    assert_eq!(
        (booking.status, booking.op_seq),
        (BookingStatus::Running as u8, 3)
    );
}

#[test]
fn start_by_another_key_is_refused() {
    let stage = Stage::paid();
    let start = ix::start(&stage.renter.pubkey(), &stage.key(), 2);
    stage.refused(&stage.renter, start, E::NotScheduler);
}

#[test]
fn start_sent_twice_starts_once() {
    let stage = Stage::paid();
    let start = stage.start_ix();
    stage.send(&stage.world.scheduler, start.clone()).unwrap();
    stage.refused(&stage.world.scheduler, start, E::WrongOpSeq);
    stage.refused(&stage.world.scheduler, stage.start_ix(), E::WrongState);
}

#[test]
fn start_before_the_lock_is_refused() {
    let stage = Stage::funded();
    stage.refused(&stage.world.scheduler, stage.start_ix(), E::WrongState);
}

#[test]
fn start_at_its_deadline_works_and_after_it_is_refused() {
    let stage = Stage::paid();
    stage.world.warp(1_801);
    stage.refused(&stage.world.scheduler, stage.start_ix(), E::DeadlinePassed);
    let stage = Stage::paid();
    stage.world.warp(1_800);
    stage.start();
}

#[test]
fn start_while_paused_or_with_surplus_accounts_is_refused() {
    let stage = Stage::paid();
    stage.refused(
        &stage.world.scheduler,
        with_extra(stage.start_ix()),
        E::ExtraAccounts,
    );
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.refused(&stage.world.scheduler, stage.start_ix(), E::Paused);
}
