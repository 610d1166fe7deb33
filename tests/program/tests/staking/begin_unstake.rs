//! `begin_unstake`.

use anchor_lang::error::ErrorCode;
use ion_client::instructions::staking as ix;
use ion_economics::{device::DeviceStatus, stake::PositionState, units::DAY};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{I64Change, PositionChange, U8Change, U64Change, UnstakeBegun},
};

use crate::stage::{CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, swap, unsigned};

#[test]
fn exit_of_the_owner_cools_both_parties_for_14_days() {
    let stage = Stage::co_staked();
    let record = stage.begin_unstake().expect("leaves");
    let (now, end) = (stage.world.now(), stage.world.now() + COOLDOWN);
    let book = stage.book();
    assert_eq!((book.active_io, book.cooling_io), (0, REQUIRED));
    assert_eq!((book.cooldown_starts_at, book.cooldown_ends_at), (now, end));
    assert_eq!((book.counted_io, book.underfunded_since), (0, 0));
    let slot = book.positions[0];
    assert_eq!(
        (slot.state, slot.amount_io),
        (PositionState::Cooldown.code(), CO_CAP)
    );
    assert_eq!((slot.cooldown_starts_at, slot.cooldown_ends_at), (now, end));
    stage.assert_true_books();

    let event: UnstakeBegun = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.stake, event.wallet),
        (stage.stake_key(), stage.owner.pubkey())
    );
    assert_eq!(
        event.ledger.active_io,
        U64Change {
            old: REQUIRED,
            new: 0
        }
    );
    assert_eq!(
        event.ledger.cooling_io,
        U64Change {
            old: 0,
            new: REQUIRED
        }
    );
    assert_eq!(
        event.ledger.cooldown_ends_at,
        I64Change { old: 0, new: end }
    );
    let moved = PositionChange {
        seq: 1,
        state: U8Change {
            old: PositionState::Active.code(),
            new: PositionState::Cooldown.code(),
        },
        amount_io: U64Change {
            old: CO_CAP,
            new: CO_CAP,
        },
        cooldown_starts_at: I64Change { old: 0, new: now },
        cooldown_ends_at: I64Change { old: 0, new: end },
    };
    assert_eq!(
        (event.positions, event.seq, event.at),
        (vec![moved], book.event_seq, now)
    );
}

#[test]
fn e19_owner_and_co_staker_leaving_on_one_day_cool_14_days_each() {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(3_600);
    stage.begin_unstake().expect("leaves");
    let end = stage.world.now() + COOLDOWN;
    let book = stage.book();
    assert_eq!(
        (book.cooldown_ends_at, book.positions[0].cooldown_ends_at),
        (end, end)
    );
}

#[test]
fn passed_wait_keeps_the_start_stamped_for_it() {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    let left_at = stage.world.now();
    stage.world.warp(WAIT + 5);
    stage.begin_unstake().expect("leaves");
    let slot = stage.book().positions[0];
    assert_eq!(slot.state, PositionState::Cooldown.code());
    assert_eq!(
        (slot.cooldown_starts_at, slot.cooldown_ends_at),
        (left_at + WAIT, left_at + WAIT + COOLDOWN)
    );
}

#[test]
fn e04_exit_while_hired_is_refused() {
    let stage = Stage::co_staked();
    stage.edit_device(|device| device.hired_by = Pubkey::new_unique());
    expect_error(
        stage.begin_unstake(),
        staking::ID,
        StakingError::DeviceHired,
        0,
    );
    stage.edit_device(|device| device.hired_by = Pubkey::default());
    stage.begin_unstake().expect("leaves");
}

#[test]
fn e06_exit_with_an_open_offer_is_refused() {
    let stage = Stage::staked(REQUIRED);
    stage.offer(CO_CAP, 500).expect("offers");
    expect_error(
        stage.begin_unstake(),
        staking::ID,
        StakingError::OfferOpen,
        0,
    );
    stage.retract(1).expect("retracts");
    stage.begin_unstake().expect("leaves");
}

#[test]
fn second_exit_and_exit_of_nothing_are_refused() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    expect_error(
        stage.begin_unstake(),
        staking::ID,
        StakingError::StakeCooling,
        0,
    );
    let empty = Stage::staked(REQUIRED);
    empty.edit_book(|book| book.active_io = 0);
    expect_error(
        empty.begin_unstake(),
        staking::ID,
        StakingError::NothingStaked,
        0,
    );
}

#[test]
fn exit_of_an_unbound_stake_or_by_a_stranger_is_refused() {
    let stage = Stage::new();
    expect_error(
        stage.begin_unstake(),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
    let stage = Stage::staked(REQUIRED);
    let leave = ix::begin_unstake(&stage.owner.pubkey(), &stage.device);
    let foreign = swap(&leave, &stage.owner.pubkey(), &stage.other.pubkey());
    expect_error(
        stage.send(&stage.other, foreign),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
    let silent = unsigned(&leave, &stage.owner.pubkey());
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn exit_is_open_to_blocked_and_terminated_devices_and_under_every_pause() {
    for status in [
        DeviceStatus::Blocked,
        DeviceStatus::Terminated,
        DeviceStatus::Down,
    ] {
        let stage = Stage::co_staked();
        stage.set_status(status);
        for bit in [PauseBit::StakeIn, PauseBit::Offers] {
            stage.pause(bit);
        }
        stage.begin_unstake().expect("leaves");
        assert_eq!(stage.book().cooldown_ends_at, stage.world.now() + COOLDOWN);
    }
}

#[test]
fn e23_withdrawn_class_keeps_its_requirement_and_shortens_the_cooldown() {
    let stage = Stage::lean();
    stage.withdraw_class();
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    stage.begin_unstake().expect("leaves");
    let end = stage.world.now() + 7 * DAY;
    let book = stage.book();
    assert_eq!(
        (book.cooldown_ends_at, book.positions[0].cooldown_ends_at),
        (end, end)
    );
}
