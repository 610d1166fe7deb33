//! `withdraw_position`.

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::stake::PositionState;
use ion_program_tests::expect_error;
use registry::state::PauseBit;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{PositionWithdrawn, U64Change},
};

use crate::stage::{CO_CAP, COOLDOWN, PURSE, REQUIRED, Stage, WAIT, edit, io, register, swap};

fn left() -> Stage {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage
}

#[test]
fn cooled_position_is_paid_to_its_wallet_by_anyone() {
    let stage = left();
    let co = stage.co.pubkey();
    stage.world.warp(WAIT + COOLDOWN - 1);
    expect_error(
        stage.pay_out(&co, 1),
        staking::ID,
        StakingError::CooldownNotOver,
        0,
    );
    for bit in [PauseBit::StakeIn, PauseBit::Offers] {
        stage.pause(bit);
    }
    stage.world.warp(1);
    let record = stage.pay_out(&co, 1).expect("pays out");
    let book = stage.book();
    assert_eq!(
        (
            book.positions[0].state,
            book.positions[0].seq,
            book.positions[0].amount_io
        ),
        (0, 0, 0)
    );
    assert_eq!(book.positions[0].wallet, Default::default());
    assert_eq!((stage.live(&co), stage.balance(&stage.co)), (0, PURSE));
    assert_eq!(book.counted_io, REQUIRED);
    stage.assert_true_books();
    let event: PositionWithdrawn = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.position, event.stake, event.co_staker),
        (stage.position_key(1), stage.stake_key(), co)
    );
    assert_eq!(
        (event.destination, event.amount_io),
        (stage.purse(&co), CO_CAP)
    );
    assert_eq!(
        event.principal_io,
        U64Change {
            old: CO_CAP,
            new: 0
        }
    );
    assert_eq!(event.restored_io, U64Change { old: 0, new: 0 });
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
    expect_error(
        stage.pay_out(&co, 1),
        staking::ID,
        StakingError::NothingToWithdraw,
        0,
    );
}

#[test]
fn active_position_is_not_paid_out() {
    let stage = Stage::co_staked();
    expect_error(
        stage.pay_out(&stage.co.pubkey(), 1),
        staking::ID,
        StakingError::CooldownNotOver,
        0,
    );
}

#[test]
fn position_reaches_no_other_wallet_and_no_encumbered_account() {
    let stage = left();
    stage.world.warp(WAIT + COOLDOWN);
    let (co, other) = (stage.co.pubkey(), stage.other.pubkey());
    let pay = stage.pay_out_ix(&co, 1);
    let away = swap(&pay, &stage.purse(&co), &stage.purse(&other));
    expect_error(
        stage.crank(away),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    stage.world.give(&co, 0, 1);
    let usdc = get_associated_token_address(&co, &stage.world.plan.usdc_mint);
    let wrong = swap(&pay, &stage.purse(&co), &usdc);
    expect_error(
        stage.crank(wrong),
        staking::ID,
        StakingError::WrongTokenAccount,
        0,
    );
    let mint = swap(&pay, &stage.mint(), &stage.world.plan.usdc_mint);
    expect_error(stage.crank(mint), staking::ID, StakingError::WrongMint, 0);
    let holder = swap(&pay, &addr::co_staker(&co), &addr::co_staker(&other));
    expect_error(
        stage.crank(holder),
        staking::ID,
        StakingError::WrongCoStaker,
        0,
    );

    let approve = spl_token_interface::instruction::approve(
        &anchor_spl::token::ID,
        &stage.purse(&co),
        &other,
        &co,
        &[],
        1,
    )
    .expect("classic token");
    stage.send(&stage.co, approve).expect("approves");
    expect_error(
        stage.crank(pay.clone()),
        staking::ID,
        StakingError::EncumberedDestination,
        0,
    );
    let revoke = spl_token_interface::instruction::revoke(
        &anchor_spl::token::ID,
        &stage.purse(&co),
        &co,
        &[],
    )
    .expect("classic token");
    stage.send(&stage.co, revoke).expect("revokes");
    stage.crank(pay).expect("pays out");
}

#[test]
fn position_of_another_device_is_refused() {
    let stage = left();
    stage.world.warp(WAIT + COOLDOWN);
    let second = register(&stage.world, &stage.owner);
    let co = stage.co.pubkey();
    let pay = ix::withdraw_position(&co, &stage.mint(), &stage.purse(&co), &second, 1);
    let mixed = swap(
        &pay,
        &addr::co_position(&second.device, 1),
        &stage.position_key(1),
    );
    expect_error(
        stage.crank(mixed),
        staking::ID,
        StakingError::WrongPosition,
        0,
    );
}

#[test]
fn restored_balance_of_a_withdrawn_or_zeroed_position_is_paid_at_once() {
    for zeroed in [false, true] {
        let stage = left();
        let co = stage.co.pubkey();
        if zeroed {
            stage.edit_book(|book| {
                book.positions[0].state = PositionState::Zeroed.code();
                book.positions[0].amount_io = 0;
                book.restored_io = CO_CAP - io(3); // keeps the vault's ledger whole in this test
            });
        } else {
            stage.world.warp(WAIT + COOLDOWN);
            stage.pay_out(&co, 1).expect("pays out");
        }
        // The restored tokens are part of the owner's principal here, which is lowered with them.
        if !zeroed {
            stage.edit_book(|book| book.active_io -= io(3));
        }
        edit::<staking::state::CoPosition>(&stage.world, &stage.position_key(1), |position| {
            position.restored_io = io(3);
        });
        stage.edit_book(|book| book.positions_restored_io = io(3));
        let before = stage.balance(&stage.co);
        stage.pay_out(&co, 1).expect("pays the restored part");
        assert_eq!(stage.balance(&stage.co), before + io(3));
        assert_eq!(
            (stage.position(1).restored_io, stage.live(&co)),
            (0, u64::from(zeroed))
        );
        expect_error(
            stage.pay_out(&co, 1),
            staking::ID,
            StakingError::NothingToWithdraw,
            0,
        );
        if zeroed {
            stage.assert_true_books();
        }
    }
}
