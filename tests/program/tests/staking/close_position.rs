//! `close_position`.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_economics::stake::PositionState;
use ion_program_tests::{expect_error, expect_framework_error};
use solana_signer::Signer;
use staking::{error::StakingError, events::PositionClosed, state::CoPosition};

use crate::stage::{COOLDOWN, Stage, WAIT, edit, register, swap};

fn paid_out() -> Stage {
    let stage = Stage::co_staked();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT + COOLDOWN);
    stage.pay_out(&stage.co.pubkey(), 1).expect("pays out");
    stage
}

#[test]
fn paid_out_position_closes_with_the_rent_to_its_payer() {
    let stage = paid_out();
    let co = stage.co.pubkey();
    let rent = stage.world.raw(&stage.position_key(1)).lamports;
    let before = stage.world.raw(&co).lamports;
    let record = stage.close_position(&co, 1).expect("closes");
    assert!(!stage.world.exists(&stage.position_key(1)));
    assert_eq!(stage.world.raw(&co).lamports, before + rent);
    assert_eq!(stage.live(&co), 0);
    let event: PositionClosed = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.position, event.stake, event.co_staker),
        (stage.position_key(1), stage.stake_key(), co)
    );
    assert_eq!(
        (event.freed_slot, event.seq, event.at),
        (false, stage.book().event_seq, stage.world.now())
    );
    let again = stage.close_position(&co, 1);
    expect_framework_error(again, staking::ID, ErrorCode::AccountNotInitialized, 0);
}

#[test]
fn position_slashed_to_nothing_frees_its_slot_and_place() {
    let stage = Stage::co_staked();
    let co = stage.co.pubkey();
    stage.edit_book(|book| {
        book.positions[0].state = PositionState::Zeroed.code();
        book.positions[0].amount_io = 0;
    });
    let record = stage.close_position(&co, 1).expect("closes");
    assert_eq!(
        (
            stage.book().positions[0].state,
            stage.book().positions[0].seq
        ),
        (0, 0)
    );
    assert_eq!(stage.live(&co), 0);
    let event: PositionClosed = stage.world.event(staking::ID, &record);
    assert!(event.freed_slot);
}

#[test]
fn position_with_money_or_an_open_leg_does_not_close() {
    let stage = Stage::co_staked();
    let co = stage.co.pubkey();
    expect_error(
        stage.close_position(&co, 1),
        staking::ID,
        StakingError::PositionNotEmpty,
        0,
    );
    stage.co_unstake(&stage.co, 1).expect("leaves");
    expect_error(
        stage.close_position(&co, 1),
        staking::ID,
        StakingError::PositionNotEmpty,
        0,
    );

    let stage = paid_out();
    let co = stage.co.pubkey();
    edit::<CoPosition>(&stage.world, &stage.position_key(1), |position| {
        position.restored_io = 1
    });
    expect_error(
        stage.close_position(&co, 1),
        staking::ID,
        StakingError::PositionNotEmpty,
        0,
    );
    edit::<CoPosition>(&stage.world, &stage.position_key(1), |position| {
        (position.restored_io, position.open_legs) = (0, 1);
    });
    expect_error(
        stage.close_position(&co, 1),
        staking::ID,
        StakingError::CaseLegOpen,
        0,
    );
}

#[test]
fn closing_for_another_payer_holder_or_device_is_refused() {
    let stage = paid_out();
    let (co, other) = (stage.co.pubkey(), stage.other.pubkey());
    let thief = ix::close_position(&co, &stage.device, 1, &other);
    expect_error(stage.crank(thief), staking::ID, StakingError::WrongPayer, 0);
    let close = ix::close_position(&co, &stage.device, 1, &co);
    let holder = swap(&close, &addr::co_staker(&co), &addr::co_staker(&other));
    expect_error(
        stage.crank(holder),
        staking::ID,
        StakingError::WrongCoStaker,
        0,
    );
    let second = register(&stage.world, &stage.owner);
    let elsewhere = swap(
        &ix::close_position(&co, &second, 1, &co),
        &addr::co_position(&second.device, 1),
        &stage.position_key(1),
    );
    expect_error(
        stage.crank(elsewhere),
        staking::ID,
        StakingError::WrongPosition,
        0,
    );
}

#[test]
fn closed_position_is_never_revived_by_a_new_offer() {
    let stage = paid_out();
    stage.close_position(&stage.co.pubkey(), 1).expect("closes");
    stage.offer(crate::stage::CO_CAP, 4_000).expect("offers");
    stage
        .accept(&stage.co, 2, crate::stage::CO_CAP, 4_000)
        .expect("accepts");
    assert!(!stage.world.exists(&stage.position_key(1)));
    assert_eq!(stage.position(2).seq, 2);
}
