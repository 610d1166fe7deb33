//! `advance_exit`.

use ion_client::instructions::staking as ix;
use ion_economics::stake::PositionState;
use ion_program_tests::expect_error;
use solana_signer::Signer;
use staking::{
    error::StakingError,
    events::{ExitAdvanced, U8Change, U64Change},
};

use crate::stage::{CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, register, swap};

#[test]
fn passed_wait_becomes_a_cooldown_that_began_when_it_ended() {
    let stage = Stage::lean();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    let wait_end = stage.world.now() + WAIT;
    stage.world.warp(WAIT - 1);
    expect_error(stage.advance(1), staking::ID, StakingError::WaitNotOver, 0);
    stage.world.warp(1 + 86_400);
    let record = stage.advance(1).expect("advances");
    let (book, slot) = (stage.book(), stage.book().positions[0]);
    assert_eq!(slot.state, PositionState::Cooldown.code());
    assert_eq!(
        (slot.cooldown_starts_at, slot.cooldown_ends_at),
        (wait_end, wait_end + COOLDOWN)
    );
    assert_eq!(
        (book.counted_io, book.underfunded_since),
        (REQUIRED - CO_CAP, wait_end)
    );
    stage.assert_true_books();
    let event: ExitAdvanced = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.position, event.stake),
        (stage.position_key(1), stage.stake_key())
    );
    assert_eq!((event.co_staker, event.change.seq), (stage.co.pubkey(), 1));
    assert_eq!(
        event.change.state,
        U8Change {
            old: PositionState::Wait.code(),
            new: PositionState::Cooldown.code()
        }
    );
    // What counts at this time does not change by the crank.
    assert_eq!(
        event.ledger.eligible_io,
        U64Change {
            old: REQUIRED - CO_CAP,
            new: REQUIRED - CO_CAP
        }
    );
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
    expect_error(
        stage.advance(1),
        staking::ID,
        StakingError::PositionNotWaiting,
        0,
    );
}

#[test]
fn active_unknown_or_foreign_position_is_not_advanced() {
    let stage = Stage::co_staked();
    expect_error(
        stage.advance(1),
        staking::ID,
        StakingError::PositionNotWaiting,
        0,
    );
    let second = register(&stage.world, &stage.owner);
    let elsewhere = swap(
        &ix::advance_exit(&second, 1),
        &ion_client::addresses::staking::co_position(&second.device, 1),
        &stage.position_key(1),
    );
    expect_error(
        stage.crank(elsewhere),
        staking::ID,
        StakingError::WrongPosition,
        0,
    );
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT + COOLDOWN);
    stage
        .pay_out(&stage.co.pubkey(), 1)
        .expect("pays out without any advance");
    expect_error(
        stage.advance(1),
        staking::ID,
        StakingError::PositionNotFound,
        0,
    );
}
