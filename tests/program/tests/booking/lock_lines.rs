//! `lock_lines`.

use booking::error::BookingError as E;
use booking::{ID, events::LinesLocked};
use ion_client::instructions::{booking as ix, registry as reg, staking as stk};
use ion_economics::booking::BookingStatus;
use registry::state::Device;
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::{
    CLASS, MINUTES, PURSE_USDC, Stage, edit, with_account, with_extra, without_last,
};

/// The device is found unavailable: nothing is locked and the booking can expire at once, in full.
fn unavailable(change: impl FnOnce(&Stage)) {
    let stage = Stage::funded();
    change(&stage);
    let record = stage.crank(stage.lock_ix()).unwrap();
    let event: LinesLocked = stage.world.event(ID, &record);
    assert_eq!((event.lines, event.unavailable), (vec![], vec![0]));
    assert!(stage.booking().lock_failed);
    assert_eq!(stage.status(), BookingStatus::Funded);
    stage.crank_refused(stage.lock_ix(), E::LockFailed);
    stage
        .crank(ix::expire(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &[],
        ))
        .unwrap();
    stage.crank(stage.refund_ix()).unwrap();
    assert_eq!(stage.world.usdc_of(&stage.payer.pubkey()), PURSE_USDC);
}

#[test]
fn device_that_is_not_up_is_unavailable() {
    unavailable(|stage| {
        edit::<Device>(&stage.world, &stage.devices[0], |device| device.status = 2)
    });
}

#[test]
fn device_taken_by_another_booking_is_unavailable() {
    unavailable(|stage| {
        edit::<Device>(&stage.world, &stage.devices[0], |device| {
            device.hired_by = Pubkey::new_unique()
        })
    });
}

#[test]
fn device_whose_owner_leaves_is_unavailable() {
    unavailable(|stage| {
        let staked = stk::StakedDevice {
            device: stage.devices[0],
            class: CLASS,
        };
        stage
            .send(
                &stage.owner,
                stk::begin_unstake(&stage.owner.pubkey(), &staked),
            )
            .unwrap();
    });
}

#[test]
fn device_below_its_stake_is_unavailable() {
    unavailable(|stage| {
        let stake = ion_client::addresses::staking::device_stake(&stage.devices[0]);
        edit::<staking::state::DeviceStake>(&stage.world, &stake, |stake| stake.active_io -= 1);
    });
}

#[test]
fn device_onboarded_less_than_twelve_hours_ago_is_unavailable() {
    unavailable(|stage| {
        let now = stage.world.now();
        edit::<Device>(&stage.world, &stage.devices[0], |device| {
            device.onboarded_at = now - 12 * 3_600 + 1
        });
    });
}

#[test]
fn device_open_until_before_the_latest_end_is_unavailable() {
    unavailable(|stage| {
        let latest = stage.booking().deadline + 1_800 + i64::from(MINUTES) * 60;
        edit::<Device>(&stage.world, &stage.devices[0], |device| {
            device.open_until = latest - 1
        });
    });
    let stage = Stage::funded();
    let latest = stage.booking().deadline + 1_800 + i64::from(MINUTES) * 60;
    edit::<Device>(&stage.world, &stage.devices[0], |device| {
        device.open_until = latest
    });
    stage.lock_all();
    assert_eq!(stage.status(), BookingStatus::Paid);
}

#[test]
fn lines_are_locked_in_several_calls() {
    let stage = Stage::with_devices(5);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.crank(stage.lock_ix()).unwrap();
    assert_eq!(stage.status(), BookingStatus::Funded);
    stage.crank_refused(stage.lock_ix(), E::LineNotReserved);
    stage
        .crank(ix::lock_lines(
            &stage.world.authority.pubkey(),
            &stage.key(),
            &stage.lines()[4..],
        ))
        .unwrap();
    assert_eq!(stage.status(), BookingStatus::Paid);
    let five = ix::lock_lines(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.lines(),
    );
    stage.crank_refused(five, E::LockAccounts);
}

#[test]
fn lock_of_a_device_of_another_booking_is_refused() {
    let stage = Stage::with_devices(2);
    let mut args = stage.quote_args();
    args.lines = 1;
    let quote = ix::create_quote(
        &stage.world.scheduler.pubkey(),
        None,
        &stage.lines()[..1],
        args,
    );
    stage.send(&stage.world.scheduler, quote).unwrap();
    stage.book();
    stage.pay_all();
    let lock = ix::lock_lines(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.lines()[1..],
    );
    stage.crank_refused(lock, E::WrongDevice);
}

#[test]
fn lock_with_a_foreign_stake_or_class_is_refused() {
    let stage = Stage::with_devices(2);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    let lock = ix::lock_lines(
        &stage.world.authority.pubkey(),
        &stage.key(),
        &stage.lines()[..1],
    );
    let last = lock.accounts.len() - 1;
    let other = ion_client::addresses::staking::device_stake(&stage.devices[1]);
    stage.crank_refused(with_account(&lock, last - 1, other), E::WrongStake);
    let class = ion_client::addresses::registry::class(CLASS + 1);
    stage.crank_refused(with_account(&lock, last, class), E::WrongClass);
    stage.crank_refused(with_extra(&lock), E::LockAccounts);
    stage.crank_refused(without_last(&lock, 3), E::LockAccounts);
    let mut twice = lock.clone();
    twice.accounts.extend_from_slice(&lock.accounts[last - 2..]);
    stage.crank_refused(twice, E::LockAccounts);
}

#[test]
fn lock_before_payment_or_after_its_deadline_is_refused() {
    let stage = Stage::booked();
    stage.crank_refused(stage.lock_ix(), E::WrongState);
    let stage = Stage::funded();
    stage.world.warp(121);
    stage.crank_refused(stage.lock_ix(), E::DeadlinePassed);
}

#[test]
fn lock_of_a_funded_booking_works_while_paused() {
    let stage = Stage::funded();
    stage
        .send(
            &stage.world.guardian,
            reg::pause(&stage.world.guardian.pubkey(), PauseBit::Booking),
        )
        .unwrap();
    stage.world.warp(120);
    stage.lock_all();
    assert_eq!(stage.status(), BookingStatus::Paid);
}
