//! `adjust`: corrections of the totals by governance.

use booking::error::BookingError as E;
use booking::{ID, events::TneAdjusted, state::TneTotals};
use ion_client::{
    addresses,
    instructions::{booking as ix, registry as reg},
};
use ion_economics::units::DAY;
use ion_program_tests::expect_error;
use registry::{
    error::RegistryError,
    state::{ActionKind, Config, TneCounter},
};
use solana_signer::Signer;

use crate::stage::{Stage, copy, with_account, with_extra};

fn queue(stage: &Stage, payload: ActionKind) -> u64 {
    let config: Config = stage.world.get(&addresses::registry::config());
    let governance = stage.world.governance.pubkey();
    let queue = reg::queue_action(&governance, &governance, config.next_action_id, payload);
    stage.send(&stage.world.governance, queue).unwrap();
    config.next_action_id
}

fn correction(counter: TneCounter, amount_io: i64) -> ActionKind {
    ActionKind::AdjustTne {
        counter,
        amount_io,
        reason_hash: [3; 32],
    }
}

fn totals(stage: &Stage) -> TneTotals {
    let account = stage.world.raw(&addresses::booking::tne_totals(0));
    bytemuck::pod_read_unaligned(&account.data[8..TneTotals::SPACE])
}

#[test]
fn correction_changes_its_own_counter_alone() {
    let stage = Stage::new();
    let by = stage.world.authority.pubkey();
    let down = queue(&stage, correction(TneCounter::Estimated, -500));
    let up = queue(&stage, correction(TneCounter::Settled, 700));
    stage
        .world
        .warp(stage.world.plan.governance_timelock_seconds);
    let before = totals(&stage);
    let record = stage.crank(ix::adjust(&by, down)).unwrap();
    let event: TneAdjusted = stage.world.event(ID, &record);
    assert_eq!(
        (event.counter, event.amount_io, event.reason_hash),
        (0, -500, [3; 32])
    );
    assert_eq!(
        (event.adjusted.old, event.adjusted.new, event.seq),
        (0, -500, 1)
    );
    assert_eq!(event.action, addresses::registry::action(down));
    stage.crank(ix::adjust(&by, up)).unwrap();
    let after = totals(&stage);
    assert_eq!(
        (after.adjusted_estimated_io, after.adjusted_settled_io),
        (-500, 700)
    );
    assert_eq!(
        (after.estimated_io, after.settled_io, after.adjustments),
        (before.estimated_io, before.settled_io, 2)
    );
    let day = after.days[usize::try_from(stage.today() % 32).unwrap()];
    assert_eq!(
        (day.day, day.adjusted_estimated_io, day.adjusted_settled_io),
        (stage.today(), -500, 700)
    );
    // each once
    expect_error(
        stage.crank(ix::adjust(&by, up)),
        ID,
        RegistryError::ActionAlreadyExecuted,
        0,
    );
}

#[test]
fn correction_before_its_time_or_after_it_is_refused() {
    let stage = Stage::new();
    let by = stage.world.authority.pubkey();
    let id = queue(&stage, correction(TneCounter::Settled, 1));
    stage
        .world
        .warp(stage.world.plan.governance_timelock_seconds - 1);
    expect_error(
        stage.crank(ix::adjust(&by, id)),
        ID,
        RegistryError::TimelockNotOver,
        0,
    );
    stage.world.warp(14 * DAY + 2);
    expect_error(
        stage.crank(ix::adjust(&by, id)),
        ID,
        RegistryError::ActionExpired,
        0,
    );
    assert_eq!(totals(&stage).adjusted_settled_io, 0);
}

#[test]
fn another_decision_a_huge_one_or_foreign_accounts_are_refused() {
    let stage = Stage::new();
    let by = stage.world.authority.pubkey();
    let other = queue(
        &stage,
        ActionKind::BlockDevice {
            device: stage.devices[0],
        },
    );
    let huge = queue(
        &stage,
        correction(TneCounter::Estimated, 80_000_000_000_000_001),
    );
    let id = queue(&stage, correction(TneCounter::Estimated, 1));
    stage
        .world
        .warp(stage.world.plan.governance_timelock_seconds);
    stage.crank_refused(ix::adjust(&by, other), E::WrongAction);
    stage.crank_refused(ix::adjust(&by, huge), E::AdjustmentTooLarge);
    let adjust = ix::adjust(&by, id);
    stage.crank_refused(with_extra(&adjust), E::ExtraAccounts);
    stage.crank_refused(
        with_account(&adjust, 3, addresses::booking::tne_totals(1)),
        E::WrongAdjustmentShard,
    );
    stage.crank_refused(with_account(&adjust, 4, by), E::WrongCaller);
    let config = copy(&stage.world, &addresses::registry::config());
    stage.crank_refused(with_account(&adjust, 1, config), E::WrongConfig);
    // a copy of the action elsewhere is none
    let forged = copy(&stage.world, &addresses::registry::action(id));
    stage.crank(with_account(&adjust, 2, forged)).unwrap_err();
    stage.crank(adjust).unwrap();
}

#[test]
fn correction_is_folded_with_its_day() {
    let stage = Stage::new();
    let by = stage.world.authority.pubkey();
    let id = queue(&stage, correction(TneCounter::Estimated, -7));
    stage
        .world
        .warp(stage.world.plan.governance_timelock_seconds);
    let day = stage.today();
    stage.crank(ix::adjust(&by, id)).unwrap();
    stage.world.warp(DAY);
    stage.crank(ix::open_tne_day(&by, day)).unwrap();
    stage.crank(ix::fold_tne_day(&by, day, &[0])).unwrap();
    let folded: booking::state::TneDay = stage.world.get(&addresses::booking::tne_day(day));
    assert_eq!(folded.adjusted_estimated_io, -7);
}
