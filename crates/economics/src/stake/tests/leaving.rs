//! Ways out of owner and co-staker, and the waits on them.

use super::*;

#[test]
fn owner_exit_needs_stake_no_hire_and_no_offer() {
    let ledger = co_staked(T0);
    let mut hired = view(T0);
    hired.device.is_hired = true;
    assert_eq!(
        ledger.begin_unstake(false, &hired),
        Err(StakeRuleError::DeviceHired)
    );
    assert_eq!(
        ledger.begin_unstake(true, &view(T0)),
        Err(StakeRuleError::OfferOpen)
    );
    assert_eq!(
        Ledger::EMPTY.begin_unstake(false, &view(T0)),
        Err(StakeRuleError::NothingStaked)
    );
    let left = ledger.begin_unstake(false, &view(T0)).unwrap();
    assert_eq!(
        left.begin_unstake(false, &view(T0)),
        Err(StakeRuleError::StakeCooling)
    );
    assert_eq!(
        left.stake(io(1), &view(T0)),
        Err(StakeRuleError::StakeCooling)
    );
    let mut blocked = view(T0);
    blocked.device.is_blocked = true;
    assert!(ledger.begin_unstake(false, &blocked).is_ok());
}

#[test]
fn owner_exit_cools_both_parties_for_14_days() {
    let left = co_staked(T0).begin_unstake(false, &view(T0 + 5)).unwrap();
    let end = T0 + 5 + 14 * DAY;
    assert_eq!(left.owner.cooling, io(1_600));
    assert_eq!(left.owner.cooldown_ends_at, at(end));
    assert_eq!(left.positions[0].cooldown_ends_at, at(end));
    assert_eq!(left.eligible(at(T0 + 5)), Ok(Io::ZERO));
    assert_eq!(left.underfunded_since, None);
    assert_eq!(
        left.withdraw(&view(end - 1)),
        Err(StakeRuleError::CooldownNotOver)
    );
    assert_eq!(
        left.owner_status(&view(end - 1)),
        Ok(OwnerStatus::Cooldown(at(end)))
    );
    assert_eq!(left.owner_status(&view(end)), Ok(OwnerStatus::Withdrawable));
    let (gone, paid) = left.withdraw(&view(end)).unwrap();
    assert_eq!(paid, io(1_600));
    assert!(gone.is_owner_gone());
    assert_eq!(gone.owner_status(&view(end)), Ok(OwnerStatus::None));
    assert_eq!(
        gone.withdraw(&view(end)),
        Err(StakeRuleError::NothingToWithdraw)
    );
    assert_eq!(
        gone.withdraw_position(1, &view(end - 1)),
        Err(StakeRuleError::CooldownNotOver)
    );
    let (empty, paid) = gone.withdraw_position(1, &view(end)).unwrap();
    assert_eq!(paid, io(800));
    assert_eq!(empty.principal(), Ok(Io::ZERO));
}

#[test]
fn restored_balance_is_paid_while_the_tranche_still_cools() {
    let mut left = co_staked(T0).begin_unstake(false, &view(T0)).unwrap();
    left.owner.restored = io(3);
    let (next, paid) = left.withdraw(&view(T0 + 1)).unwrap();
    assert_eq!(paid, io(3));
    assert_eq!(next.owner.cooling, io(1_600));
    assert_eq!(next.owner.restored, Io::ZERO);
}

#[test]
fn e19_owner_and_co_staker_leaving_on_one_day_cool_14_days() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    assert_eq!(waiting.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    let left = waiting.begin_unstake(false, &view(T0 + 60)).unwrap();
    assert_eq!(left.positions[0].state, PositionState::Cooldown);
    assert_eq!(left.positions[0].cooldown_starts_at, at(T0 + 60));
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 60 + 14 * DAY));
}

#[test]
fn owner_exit_keeps_the_stamps_of_a_wait_that_has_passed() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    let left = waiting.begin_unstake(false, &view(T0 + 8 * DAY)).unwrap();
    assert_eq!(left.positions[0].cooldown_starts_at, at(T0 + 7 * DAY));
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    assert_eq!(left.owner.cooldown_ends_at, at(T0 + 22 * DAY));
}

#[test]
fn owner_exit_never_lengthens_a_running_exit() {
    let waiting = co_staked(T0).co_unstake(1, &view(T0)).unwrap();
    let mut longer = view(T0 + DAY);
    longer.params.cooldown = 60 * DAY;
    let left = waiting.begin_unstake(false, &longer).unwrap();
    assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + 21 * DAY));
    assert_eq!(left.owner.cooldown_ends_at, at(T0 + 61 * DAY));
}

#[test]
fn exit_matrix_of_a_co_staker() {
    let ledger = co_staked(T0);
    let wait = ledger.co_unstake(1, &view(T0)).unwrap();
    assert_eq!(
        wait.positions[0].status(at(T0)),
        PositionStatus::Waiting(at(T0 + 7 * DAY))
    );
    assert_eq!(wait.eligible(at(T0 + 7 * DAY - 1)), Ok(io(2_400)));
    assert_eq!(wait.eligible(at(T0 + 7 * DAY)), Ok(io(1_600)));
    assert_eq!(
        wait.positions[0].status(at(T0 + 7 * DAY)),
        PositionStatus::Cooling(at(T0 + 21 * DAY))
    );
    assert_eq!(
        wait.positions[0].status(at(T0 + 21 * DAY)),
        PositionStatus::Withdrawable
    );
    assert_eq!(wait.positions[0].unlocks_at(), Some(at(T0 + 21 * DAY)));
    assert_eq!(
        wait.co_unstake(1, &view(T0)),
        Err(StakeRuleError::PositionNotActive)
    );

    type Change = fn(&mut DeviceFacts);
    let cases: [(Change, i64); 4] = [
        (|d| d.is_blocked = true, 14),
        (|d| d.is_terminated = true, 14),
        (|d| d.is_class_withdrawn = true, 7),
        (|d| d.is_hired = true, 21),
    ];
    for (change, days) in cases {
        let mut special = view(T0);
        change(&mut special.device);
        let left = ledger.co_unstake(1, &special).unwrap();
        assert_eq!(left.positions[0].cooldown_ends_at, at(T0 + days * DAY));
        let state = if days == 21 {
            PositionState::Wait
        } else {
            PositionState::Cooldown
        };
        assert_eq!(left.positions[0].state, state);
    }
}

#[test]
fn withdrawn_class_never_cools_longer_than_the_normal_cooldown() {
    let mut special = view(T0);
    special.device.is_class_withdrawn = true;
    assert_eq!(exit::owner(&special).cooldown, 7 * DAY);
    special.params.cooldown = DAY;
    assert_eq!(exit::owner(&special).cooldown, DAY);
}

#[test]
fn e15_co_staker_of_an_uncured_device_leaves_without_wait() {
    let mut ledger = co_staked(T0);
    ledger.owner.active = io(700); // a case took 900
    let short = ledger.refresh(&view(T0 + 10)).unwrap();
    assert_eq!(short.underfunded_since, Some(at(T0 + 10)));
    let last = short.co_unstake(1, &view(T0 + 10 + 7 * DAY)).unwrap();
    assert_eq!(last.positions[0].state, PositionState::Wait);
    let free = short.co_unstake(1, &view(T0 + 11 + 7 * DAY)).unwrap();
    assert_eq!(free.positions[0].state, PositionState::Cooldown);
    assert_eq!(free.eligible(at(T0 + 11 + 7 * DAY)), Ok(io(700)));
}

#[test]
fn e16_owner_covering_on_day_six_interrupts_nothing() {
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .and_then(|l| l.stake(io(800), &view(T0 + 6 * DAY)))
        .and_then(|l| l.refresh(&view(T0 + 8 * DAY)))
        .unwrap();
    assert_eq!(lean.underfunded_since, None);
    assert_eq!(lean.positions[0].state, PositionState::Cooldown);
    assert_eq!(lean.buckets.since(at(T0), at(T0 + 8 * DAY)), Ok(Io::ZERO));
}

#[test]
fn e17_uncovered_wait_is_stamped_with_its_end() {
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .unwrap();
    assert_eq!(
        lean.refresh(&view(T0 + 7 * DAY - 1))
            .unwrap()
            .underfunded_since,
        None
    );
    let late = lean.refresh(&view(T0 + 9 * DAY)).unwrap();
    assert_eq!(late.underfunded_since, Some(at(T0 + 7 * DAY)));
    assert_eq!(
        lean.owner_status(&view(T0 + 9 * DAY)),
        Ok(OwnerStatus::Underfunded(at(T0 + 7 * DAY)))
    );
}

#[test]
fn raise_after_grace_is_stamped_with_the_end_of_the_grace() {
    let ledger = Ledger::EMPTY.stake(io(1_600), &view(T0)).unwrap();
    let mut raised = view_of(io(1_700), T0 + 40 * DAY);
    let grace_end = at(T0 + 30 * DAY);
    raised.requirement = RequirementLine::new(
        io(1_700),
        Some(RequirementChange {
            at: grace_end,
            before: io(1_600),
        }),
        None,
    );
    let short = ledger.refresh(&raised).unwrap();
    assert_eq!(short.underfunded_since, Some(grace_end));
    // A later touch keeps the stamp although the change is behind it.
    raised.now = at(T0 + 50 * DAY);
    assert_eq!(
        short.refresh(&raised).unwrap().underfunded_since,
        Some(grace_end)
    );
    // A stamp made before the grace ended is older and stays.
    let mut older = Ledger::EMPTY.stake(io(1_500), &view(T0)).unwrap();
    older.touched_at = at(T0);
    assert_eq!(
        older.refresh(&raised).unwrap().underfunded_since,
        Some(at(T0))
    );
}

#[test]
fn wait_and_grace_between_touches_give_the_start_of_the_last_short_run() {
    // Short from the end of the wait (day 7) until the requirement falls (day 8, not short), short
    // again from the raise on day 20.
    let lean = co_staked(T0)
        .withdraw_overflow(io(800), &view(T0))
        .and_then(|l| l.co_unstake(1, &view(T0)))
        .unwrap();
    let mut now = view_of(io(900), T0 + 25 * DAY);
    now.requirement = RequirementLine::new(
        io(900),
        Some(RequirementChange {
            at: at(T0 + 20 * DAY),
            before: io(800),
        }),
        Some(RequirementChange {
            at: at(T0 + 8 * DAY),
            before: io(1_600),
        }),
    );
    assert_eq!(
        lean.refresh(&now).unwrap().underfunded_since,
        Some(at(T0 + 20 * DAY))
    );
    // Same without the relief in between: the run starts with the wait.
    now.requirement = RequirementLine::new(
        io(1_700),
        Some(RequirementChange {
            at: at(T0 + 20 * DAY),
            before: io(1_600),
        }),
        None,
    );
    assert_eq!(
        lean.refresh(&now).unwrap().underfunded_since,
        Some(at(T0 + 7 * DAY))
    );
}
