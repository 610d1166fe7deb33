//! `withdraw_overflow`.

use anchor_lang::error::ErrorCode;
use ion_economics::device::DeviceStatus;
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{OverflowWithdrawn, U64Change},
};

use crate::stage::{CO_CAP, PURSE, REQUIRED, Stage, io, swap, unsigned};

#[test]
fn e14_owner_takes_the_overflow_in_the_slot_the_co_stake_lands() {
    let stage = Stage::co_staked();
    let record = stage.overflow(CO_CAP).expect("takes");
    let book = stage.book();
    assert_eq!(
        (book.active_io, book.underfunded_since),
        (REQUIRED - CO_CAP, 0)
    );
    assert_eq!(book.overflow_days_io().iter().sum::<u64>(), CO_CAP);
    assert_eq!(
        book.overflow_newest_day,
        stage.world.now().div_euclid(86_400)
    );
    assert_eq!(stage.balance(&stage.owner), PURSE - REQUIRED + CO_CAP);
    stage.assert_true_books();

    let event: OverflowWithdrawn = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.stake, event.wallet),
        (stage.stake_key(), stage.owner.pubkey())
    );
    assert_eq!(
        (event.destination, event.amount_io),
        (stage.purse(&stage.owner.pubkey()), CO_CAP)
    );
    assert_eq!(
        event.ledger.active_io,
        U64Change {
            old: REQUIRED,
            new: REQUIRED - CO_CAP
        }
    );
    assert_eq!(
        event.ledger.eligible_io,
        U64Change {
            old: REQUIRED + CO_CAP,
            new: REQUIRED
        }
    );
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
}

#[test]
fn e03_overflow_plus_one_unit_is_refused() {
    let stage = Stage::co_staked();
    expect_error(
        stage.overflow(CO_CAP + 1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    expect_error(stage.overflow(0), staking::ID, StakingError::ZeroAmount, 0);
    stage.overflow(CO_CAP).expect("takes");
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    let plain = Stage::staked(REQUIRED + io(44));
    expect_error(
        plain.overflow(io(44) + 1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    plain.overflow(io(44)).expect("takes what is above");
}

#[test]
fn overflow_is_open_while_hired_and_while_everything_is_paused() {
    let stage = Stage::co_staked();
    stage.edit_device(|device| device.hired_by = Pubkey::new_unique());
    for bit in [PauseBit::StakeIn, PauseBit::Offers] {
        stage.pause(bit);
    }
    stage.overflow(CO_CAP).expect("takes");
}

#[test]
fn e20_overflow_of_a_blocked_device_stays() {
    let stage = Stage::co_staked();
    stage.set_status(DeviceStatus::Blocked);
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::DeviceBlocked,
        0,
    );
    stage.set_status(DeviceStatus::Terminated);
    stage
        .overflow(CO_CAP)
        .expect("termination does not hold it");
}

#[test]
fn lowered_requirement_keeps_the_owners_part_in_place() {
    let stage = Stage::co_staked();
    // 1,600 IO and 800 IO; the base multiplier cannot fall below 1.0, so fewer processors stand for
    // the lower requirement of 800 IO.
    stage.edit_device(|device| device.qty = 4);
    expect_error(
        stage.overflow(io(1_200) + 1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
    stage.overflow(io(1_200)).expect("takes");
    assert_eq!(stage.book().active_io, io(400));
}

#[test]
fn waiting_co_stake_does_not_free_overflow() {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    expect_error(
        stage.overflow(1),
        staking::ID,
        StakingError::ExceedsOverflow,
        0,
    );
}

#[test]
fn e02_overflow_reaches_no_other_wallet() {
    let stage = Stage::co_staked();
    let take = stage.overflow_ix(1);
    let owner = stage.owner.pubkey();
    let theirs = stage.purse(&stage.other.pubkey());
    let away = swap(&take, &stage.purse(&owner), &theirs);
    expect_error(
        stage.send(&stage.owner, away),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    let foreign = swap(
        &swap(&take, &owner, &stage.other.pubkey()),
        &stage.purse(&owner),
        &theirs,
    );
    expect_error(
        stage.send(&stage.other, foreign),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
    let silent = unsigned(&take, &owner);
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    let mint = swap(&take, &stage.mint(), &stage.world.plan.usdc_mint);
    expect_error(
        stage.send(&stage.owner, mint),
        staking::ID,
        StakingError::WrongMint,
        0,
    );
}
