//! `refresh_stake`: the crank that keeps status and totals true.

use ion_economics::{stake::PositionState, units::DAY};
use staking::events::StakeRefreshed;

use crate::stage::{CO_CAP, REQUIRED, Stage, WAIT, io};

#[test]
fn e17_uncovered_wait_is_stamped_with_its_end_and_uncounted() {
    let stage = Stage::lean();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    let wait_end = stage.world.now() + WAIT;
    stage.world.warp(WAIT - 1);
    stage.refresh().expect("refreshes");
    assert_eq!(
        (stage.book().underfunded_since, stage.counted()),
        (0, REQUIRED)
    );
    assert_eq!(
        stage.book().eligible_io(stage.world.now()).expect("counts"),
        REQUIRED
    );

    stage.world.warp(2 * DAY);
    // Ineligible from the end of the wait, crank or not.
    assert_eq!(
        stage.book().eligible_io(stage.world.now()).expect("counts"),
        REQUIRED - CO_CAP
    );
    let record = stage.refresh().expect("refreshes");
    let book = stage.book();
    assert_eq!(
        (book.underfunded_since, book.counted_io),
        (wait_end, REQUIRED - CO_CAP)
    );
    assert_eq!(book.positions[0].state, PositionState::Cooldown.code());
    stage.assert_true_books();
    let event: StakeRefreshed = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.stake, event.required_io),
        (stage.stake_key(), REQUIRED)
    );
    assert_eq!(event.ledger.underfunded_since.new, wait_end);
    assert_eq!(event.positions.len(), 1);
    assert_eq!(event.positions[0].state.new, PositionState::Cooldown.code());
    assert_eq!((event.seq, event.at), (book.event_seq, stage.world.now()));
}

#[test]
fn e16_owner_covering_on_day_six_interrupts_nothing() {
    let stage = Stage::lean();
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(6 * DAY);
    stage.stake(CO_CAP).expect("covers");
    stage.world.warp(3 * DAY);
    stage.refresh().expect("refreshes");
    assert_eq!(
        (stage.book().underfunded_since, stage.counted()),
        (0, REQUIRED)
    );
}

#[test]
fn refresh_without_a_change_records_nothing() {
    let stage = Stage::staked(REQUIRED);
    let before = stage.world.raw(&stage.stake_key());
    stage.world.warp(DAY);
    let record = stage.refresh().expect("refreshes");
    assert_eq!(stage.world.raw(&stage.stake_key()).data, before.data);
    assert_eq!(record.inner_instructions().count(), 0);
}

#[test]
fn raise_counts_from_the_end_of_its_grace() {
    let stage = Stage::staked(REQUIRED);
    let grace_end = stage.world.now() + 30 * DAY;
    stage.announce_multiplier(11_000, grace_end);
    stage.world.set_time(grace_end - 1);
    stage.refresh().expect("refreshes");
    assert_eq!(stage.book().underfunded_since, 0);
    stage.world.set_time(grace_end + 5 * DAY);
    stage.refresh().expect("refreshes");
    assert_eq!(stage.book().underfunded_since, grace_end);
    stage.stake(io(160)).expect("covers the raise");
    assert_eq!(stage.book().underfunded_since, 0);
}

#[test]
fn lowered_multiplier_clears_underfunded() {
    let stage = Stage::new();
    stage.edit_class(|class| class.last_nonzero_mult = 20_000);
    stage
        .stake(REQUIRED)
        .expect("stakes half of what is needed");
    assert_ne!(stage.book().underfunded_since, 0);
    stage.edit_class(|class| class.last_nonzero_mult = 10_000);
    stage.refresh().expect("refreshes");
    assert_eq!(stage.book().underfunded_since, 0);
}
