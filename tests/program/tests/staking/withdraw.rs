//! `withdraw`.

use anchor_lang::error::ErrorCode;
use ion_program_tests::{expect_error, expect_framework_error};
use registry::state::PauseBit;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{KeyChange, StakeWithdrawn, U64Change},
};

use crate::stage::{COOLDOWN, PURSE, REQUIRED, Stage, io, swap, unsigned};

#[test]
fn cooled_stake_is_paid_in_full_and_the_wallet_is_cleared() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN - 1);
    expect_error(
        stage.withdraw(),
        staking::ID,
        StakingError::CooldownNotOver,
        0,
    );
    stage.world.warp(1);
    let record = stage.withdraw().expect("withdraws");

    let (owner, book) = (stage.owner.pubkey(), stage.book());
    assert_eq!(
        (book.wallet, book.cooling_io, book.cooldown_ends_at),
        (Pubkey::default(), 0, 0)
    );
    assert_eq!(stage.balance(&stage.owner), PURSE);
    stage.assert_true_books();
    let event: StakeWithdrawn = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.stake, event.amount_io),
        (stage.stake_key(), REQUIRED)
    );
    assert_eq!(
        event.wallet,
        KeyChange {
            old: owner,
            new: Pubkey::default()
        }
    );
    assert_eq!(event.destination, stage.purse(&owner));
    assert_eq!(
        event.ledger.cooling_io,
        U64Change {
            old: REQUIRED,
            new: 0
        }
    );
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
    expect_error(
        stage.withdraw(),
        staking::ID,
        StakingError::WrongStakeWallet,
        0,
    );
}

#[test]
fn active_stake_is_not_withdrawable() {
    let stage = Stage::staked(REQUIRED);
    expect_error(
        stage.withdraw(),
        staking::ID,
        StakingError::NothingToWithdraw,
        0,
    );
}

#[test]
fn restored_balance_is_paid_at_once_beside_a_running_cooldown() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    stage.world.give(&stage.stake_key(), 0, 0);
    // A case restored 3 IO: its tokens arrive in the vault with the balance.
    let pay = ion_migrations::tokens::transfer(
        ion_migrations::tokens::Mint::Io,
        &stage.mint(),
        &stage.other.pubkey(),
        &stage.owner.pubkey(),
        io(3),
    )
    .expect("classic token");
    let into_vault = swap(&pay, &stage.purse(&stage.owner.pubkey()), &stage.vault());
    stage.send(&stage.other, into_vault).expect("pays");
    stage.edit_book(|book| book.restored_io = io(3));
    stage.withdraw().expect("takes the restored part");
    let book = stage.book();
    assert_eq!(
        (book.restored_io, book.cooling_io, book.wallet),
        (0, REQUIRED, stage.owner.pubkey())
    );
    assert_eq!(stage.balance(&stage.owner), PURSE - REQUIRED + io(3));
    expect_error(
        stage.withdraw(),
        staking::ID,
        StakingError::CooldownNotOver,
        0,
    );
}

#[test]
fn open_case_keeps_the_wallet_recorded() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    stage.edit_book(|book| book.open_cases = 1);
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("withdraws");
    assert_eq!(stage.book().wallet, stage.owner.pubkey());
}

#[test]
fn e02_withdrawal_reaches_no_other_wallet() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    let take = stage.withdraw_ix();
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
    for bit in [PauseBit::StakeIn, PauseBit::Offers] {
        stage.pause(bit);
    }
    stage.withdraw().expect("no pause stops it");
}

#[test]
fn new_wallet_may_stake_after_everything_is_withdrawn() {
    let stage = Stage::staked(REQUIRED);
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN);
    stage.withdraw().expect("withdraws");
    let wallet = stage.other.pubkey();
    let owner = stage.owner.pubkey();
    let stake = ion_client::instructions::staking::stake(
        &wallet,
        Some(&owner),
        &stage.mint(),
        &stage.purse(&wallet),
        &stage.device,
        io(7),
    );
    stage
        .world
        .send(&stage.other, &[&stage.owner], &[stake])
        .expect("stakes");
    assert_eq!(
        (stage.book().wallet, stage.book().active_io),
        (wallet, io(7))
    );
}
