//! `stake`: first deposit, top-up, and everything that refuses one.

use anchor_lang::error::ErrorCode;
use ion_client::instructions::staking as ix;
use ion_economics::{device::DeviceStatus, units::IO_ONE};
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{KeyChange, StakeDeposited, U64Change},
};

use crate::stage::{CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage, io, swap, unsigned};

/// The token program's error for a transfer above the balance.
const INSUFFICIENT_FUNDS: u32 = 1;

#[test]
fn first_deposit_records_the_wallet_and_moves_the_tokens() {
    let stage = Stage::new();
    let owner = stage.owner.pubkey();
    let record = stage.stake(io(600)).expect("stakes");

    let book = stage.book();
    assert_eq!(
        (book.wallet, book.active_io, book.cooling_io),
        (owner, io(600), 0)
    );
    assert_eq!(
        (book.underfunded_since, book.touched_at),
        (stage.world.now(), stage.world.now())
    );
    assert_eq!((book.counted_io, book.event_seq), (io(600), 2));
    assert_eq!(stage.balance(&stage.owner), PURSE - io(600));
    stage.assert_true_books();

    let event: StakeDeposited = stage.world.event(staking::ID, &record);
    assert_eq!(event.stake, stage.stake_key());
    assert_eq!(
        event.wallet,
        KeyChange {
            old: Pubkey::default(),
            new: owner
        }
    );
    assert_eq!(
        (event.amount_io, event.seq, event.at),
        (io(600), 2, stage.world.now())
    );
    assert_eq!(
        event.ledger.active_io,
        U64Change {
            old: 0,
            new: io(600)
        }
    );
    assert_eq!(
        event.ledger.eligible_io,
        U64Change {
            old: 0,
            new: io(600)
        }
    );
    assert_eq!(event.ledger.underfunded_since.new, stage.world.now());
}

#[test]
fn top_up_to_the_requirement_makes_the_device_sufficient() {
    let stage = Stage::staked(REQUIRED - IO_ONE);
    assert_ne!(stage.book().underfunded_since, 0);
    let record = stage.stake(IO_ONE).expect("tops up");
    assert_eq!(
        (stage.book().active_io, stage.book().underfunded_since),
        (REQUIRED, 0)
    );
    let event: StakeDeposited = stage.world.event(staking::ID, &record);
    assert_eq!(
        event.wallet,
        KeyChange {
            old: stage.owner.pubkey(),
            new: stage.owner.pubkey()
        }
    );
    assert_eq!(event.ledger.underfunded_since.new, 0);
    stage.assert_true_books();
}

#[test]
fn first_deposit_from_another_wallet_needs_the_owner_too() {
    let stage = Stage::new();
    let (wallet, owner) = (stage.other.pubkey(), stage.owner.pubkey());
    let purse = stage.purse(&wallet);
    let alone = ix::stake(&wallet, None, &stage.mint(), &purse, &stage.device, io(5));
    expect_error(
        stage.send(&stage.other, alone),
        staking::ID,
        StakingError::OwnerSignatureMissing,
        0,
    );

    let stranger = stage.co.pubkey();
    let with_stranger = ix::stake(
        &wallet,
        Some(&stranger),
        &stage.mint(),
        &purse,
        &stage.device,
        io(5),
    );
    let refused = stage
        .world
        .send(&stage.other, &[&stage.co], &[with_stranger]);
    expect_error(refused, staking::ID, StakingError::WrongOwner, 0);

    let both = ix::stake(
        &wallet,
        Some(&owner),
        &stage.mint(),
        &purse,
        &stage.device,
        io(5),
    );
    let silent = unsigned(&both, &owner);
    expect_framework_error(
        stage.send(&stage.other, silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    stage
        .world
        .send(&stage.other, &[&stage.owner], &[both])
        .expect("stakes");
    assert_eq!(stage.book().wallet, wallet);

    let later = ix::stake(&wallet, None, &stage.mint(), &purse, &stage.device, io(5));
    stage.send(&stage.other, later).expect("tops up alone");
    assert_eq!(stage.book().active_io, io(10));
    expect_error(
        stage.stake(io(5)),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
}

#[test]
fn e01_top_up_from_another_wallet_is_refused() {
    let stage = Stage::staked(io(10));
    let wallet = stage.other.pubkey();
    for owner in [None, Some(stage.owner.pubkey())] {
        let foreign = ix::stake(
            &wallet,
            owner.as_ref(),
            &stage.mint(),
            &stage.purse(&wallet),
            &stage.device,
            io(5),
        );
        let signers = [&stage.owner];
        let refused = stage.world.send(
            &stage.other,
            &signers[..usize::from(owner.is_some())],
            &[foreign],
        );
        expect_error(refused, staking::ID, StakingError::WrongStakeWallet, 0);
    }
    assert_eq!(stage.balance(&stage.other), PURSE);
    stage.assert_true_books();
}

#[test]
fn deposit_of_somebody_elses_tokens_is_refused() {
    let stage = Stage::new();
    let theirs = stage.purse(&stage.other.pubkey());
    let mine = stage.purse(&stage.owner.pubkey());
    let theft = swap(&stage.stake_ix(io(5)), &mine, &theirs);
    expect_error(
        stage.send(&stage.owner, theft),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    stage.world.give(&stage.owner.pubkey(), 0, 1_000);
    let usdc = anchor_spl::associated_token::get_associated_token_address(
        &stage.owner.pubkey(),
        &stage.world.plan.usdc_mint,
    );
    let wrong = swap(&stage.stake_ix(io(5)), &mine, &usdc);
    expect_error(
        stage.send(&stage.owner, wrong),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    let wrong = swap(
        &stage.stake_ix(io(5)),
        &stage.mint(),
        &stage.world.plan.usdc_mint,
    );
    expect_error(
        stage.send(&stage.owner, wrong),
        staking::ID,
        StakingError::WrongMint,
        0,
    );
}

#[test]
fn deposit_below_the_minimum_or_above_the_balance_is_refused() {
    let stage = Stage::new();
    for amount in [0, IO_ONE - 1] {
        expect_error(
            stage.stake(amount),
            staking::ID,
            StakingError::AmountBelowMinimum,
            0,
        );
    }
    expect_error(stage.stake(PURSE + 1), staking::ID, INSUFFICIENT_FUNDS, 0);
    assert_eq!(
        (stage.balance(&stage.owner), stage.book().active_io),
        (PURSE, 0)
    );
    assert!(!stage.book().is_bound());
}

#[test]
fn deposit_on_a_cooling_stake_is_refused_until_the_withdrawal() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    expect_error(
        stage.stake(io(1)),
        staking::ID,
        StakingError::StakeCooling,
        0,
    );
    stage.world.warp(COOLDOWN);
    expect_error(
        stage.stake(io(1)),
        staking::ID,
        StakingError::StakeCooling,
        0,
    );
    stage.withdraw().expect("withdraws");
    stage.stake(io(1)).expect("stakes anew");
}

#[test]
fn deposit_on_a_terminated_device_or_withdrawn_class_is_refused() {
    let stage = Stage::staked(io(5));
    stage.set_status(DeviceStatus::Terminated);
    expect_error(
        stage.stake(io(1)),
        staking::ID,
        StakingError::DeviceTerminated,
        0,
    );
    stage.set_status(DeviceStatus::Blocked);
    stage
        .stake(io(1))
        .expect("a blocked device may be topped up");
    stage.withdraw_class();
    expect_error(
        stage.stake(io(1)),
        staking::ID,
        StakingError::ClassWithdrawn,
        0,
    );
}

#[test]
fn paused_deposits_are_refused_and_open_again() {
    let stage = Stage::new();
    stage.pause(PauseBit::StakeIn);
    expect_error(stage.stake(io(5)), staking::ID, StakingError::Paused, 0);
    stage.world.warp(72 * 3_600 + 1);
    stage.stake(io(5)).expect("the pause has lapsed");
}

#[test]
fn deposit_lowers_the_newest_overflow_record_first() {
    let stage = Stage::co_staked();
    stage.overflow(io(300)).expect("takes");
    stage.world.warp(86_400);
    stage.overflow(io(200)).expect("takes");
    stage.stake(io(250)).expect("puts back");
    let book = stage.book();
    let today = book.overflow_newest_day;
    let on =
        |day: i64| book.overflow_days_io()[usize::try_from(day.rem_euclid(32)).expect("small")];
    assert_eq!((on(today), on(today - 1)), (0, io(250)));
    assert_eq!(book.active_io, REQUIRED - io(250));
    assert!(book.active_io >= REQUIRED - CO_CAP);
}
