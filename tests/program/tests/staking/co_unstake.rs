//! `co_unstake`, and the exit matrix line by line.

use anchor_lang::error::ErrorCode;
use ion_client::instructions::staking as ix;
use ion_economics::{device::DeviceStatus, stake::PositionState, units::DAY};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{CoUnstakeBegun, U8Change},
};

use crate::stage::{CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, register, swap, unsigned};

/// State and stamps of slot 0, relative to now.
fn exit_of(stage: &Stage) -> (u8, i64, i64) {
    let (slot, now) = (stage.book().positions[0], stage.world.now());
    (
        slot.state,
        slot.cooldown_starts_at - now,
        slot.cooldown_ends_at - now,
    )
}

const WAITS: (u8, i64, i64) = (PositionState::Wait as u8, WAIT, WAIT + COOLDOWN);
const COOLS: (u8, i64, i64) = (PositionState::Cooldown as u8, 0, COOLDOWN);

#[test]
fn leaving_co_staker_waits_seven_days_and_counts_meanwhile() {
    let stage = Stage::lean();
    stage.edit_device(|device| device.hired_by = Pubkey::new_unique());
    for bit in [PauseBit::StakeIn, PauseBit::Offers] {
        stage.pause(bit);
    }
    let record = stage
        .co_unstake(&stage.co, 1)
        .expect("leaves, hired and paused");
    assert_eq!(exit_of(&stage), WAITS);
    let book = stage.book();
    assert_eq!((book.counted_io, book.underfunded_since), (REQUIRED, 0));
    stage.assert_true_books();
    let event: CoUnstakeBegun = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.position, event.stake),
        (stage.position_key(1), stage.stake_key())
    );
    assert_eq!((event.co_staker, event.change.seq), (stage.co.pubkey(), 1));
    assert_eq!(
        event.change.state,
        U8Change {
            old: PositionState::Active.code(),
            new: PositionState::Wait.code()
        }
    );
    assert_eq!(
        event.change.cooldown_ends_at.new,
        stage.world.now() + WAIT + COOLDOWN
    );
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
    expect_error(
        stage.co_unstake(&stage.co, 1),
        staking::ID,
        StakingError::PositionNotActive,
        0,
    );
}

#[test]
fn e20_co_staker_of_a_blocked_or_terminated_device_leaves_without_wait() {
    for status in [DeviceStatus::Blocked, DeviceStatus::Terminated] {
        let stage = Stage::lean();
        stage.set_status(status);
        stage.co_unstake(&stage.co, 1).expect("leaves");
        assert_eq!(exit_of(&stage), COOLS);
        assert_eq!(stage.book().counted_io, REQUIRED - CO_CAP);
    }
}

#[test]
fn e23_co_staker_of_a_withdrawn_class_cools_seven_days_without_wait() {
    let stage = Stage::lean();
    stage.withdraw_class();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    assert_eq!(
        exit_of(&stage),
        (PositionState::Cooldown.code(), 0, 7 * DAY)
    );
}

#[test]
fn e15_co_staker_leaves_without_wait_once_the_cure_period_is_over() {
    for (after, expected) in [(7 * DAY, WAITS), (7 * DAY + 1, COOLS)] {
        let stage = Stage::lean();
        stage.edit_book(|book| book.active_io -= 1); // a case took one unit
        stage.refresh().expect("stamps");
        assert_eq!(stage.book().underfunded_since, stage.world.now());
        stage.world.warp(after);
        stage.co_unstake(&stage.co, 1).expect("leaves");
        assert_eq!(exit_of(&stage), expected);
    }
}

#[test]
fn parameters_changed_later_do_not_move_a_running_exit() {
    let stage = Stage::lean();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    let before = stage.book().positions[0];
    let params = ion_client::addresses::registry::params(&staking::ID);
    crate::stage::edit::<registry::state::Params>(&stage.world, &params, |params| {
        use ion_economics::params::staking as param;
        params.values[usize::from(param::COOLDOWN.slot)] = 60 * DAY;
        params.values[usize::from(param::WAIT_PERIOD.slot)] = 30 * DAY;
    });
    stage.world.warp(WAIT);
    stage.advance(1).expect("advances");
    let after = stage.book().positions[0];
    assert_eq!(after.cooldown_ends_at, before.cooldown_ends_at);
    stage.world.warp(COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 1).expect("pays out");
}

#[test]
fn exit_by_a_stranger_or_through_another_device_is_refused() {
    let stage = Stage::co_staked();
    let leave = ix::co_unstake(&stage.co.pubkey(), &stage.device, 1);
    let foreign = swap(&leave, &stage.co.pubkey(), &stage.other.pubkey());
    expect_error(
        stage.send(&stage.other, foreign),
        staking::ID,
        StakingError::WrongCoStaker,
        0,
    );
    let silent = unsigned(&leave, &stage.co.pubkey());
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    let second = register(&stage.world, &stage.owner);
    let elsewhere = swap(
        &ix::co_unstake(&stage.co.pubkey(), &second, 1),
        &ion_client::addresses::staking::co_position(&second.device, 1),
        &stage.position_key(1),
    );
    expect_error(
        stage.send(&stage.co, elsewhere),
        staking::ID,
        StakingError::WrongPosition,
        0,
    );
}

#[test]
fn exit_of_a_paid_out_position_is_refused() {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 1).expect("pays out");
    expect_error(
        stage.co_unstake(&stage.co, 1),
        staking::ID,
        StakingError::PositionNotFound,
        0,
    );
}
