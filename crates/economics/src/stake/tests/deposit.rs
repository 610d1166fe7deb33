//! Overflow, deposits and what clears `underfunded`.

use super::*;

#[test]
fn overflow_follows_the_worked_vectors() {
    for (required, owner, active, wait, eligible, over) in [
        (io(1_600), io(1_600), io(800), Io::ZERO, io(2_400), io(800)),
        (io(1_600), io(800), io(800), io(800), io(2_400), Io::ZERO),
        (io(800), io(800), io(800), Io::ZERO, io(1_600), io(400)),
        (io(400), io(444), Io::ZERO, Io::ZERO, io(444), io(44)),
        (
            units(333),
            units(333),
            units(166),
            Io::ZERO,
            units(499),
            units(166),
        ),
    ] {
        let mut ledger = Ledger::EMPTY;
        ledger.owner.active = owner;
        if active > Io::ZERO {
            ledger.positions[0] = slot(active, PositionState::Active);
        }
        if wait > Io::ZERO {
            ledger.positions[1] = slot(wait, PositionState::Wait);
        }
        let view = view_of(required, T0);
        assert_eq!(ledger.eligible(view.now), Ok(eligible));
        assert_eq!(ledger.overflow(required, view.co_cap), Ok(over));
    }
}

#[test]
fn deposit_below_the_minimum_is_refused() {
    let refused = Ledger::EMPTY.stake(units(IO_ONE - 1), &view(T0));
    assert_eq!(refused, Err(StakeRuleError::AmountBelowMinimum));
    let taken = Ledger::EMPTY.stake(io(1), &view(T0)).unwrap();
    assert_eq!(taken.owner.active, io(1));
    assert_eq!(taken.underfunded_since, Some(at(T0)));
}

#[test]
fn deposit_on_a_terminated_device_or_withdrawn_class_is_refused() {
    let mut gone = view(T0);
    gone.device.is_terminated = true;
    assert_eq!(
        Ledger::EMPTY.stake(io(1), &gone),
        Err(StakeRuleError::DeviceTerminated)
    );
    let mut withdrawn = view(T0);
    withdrawn.device.is_class_withdrawn = true;
    assert_eq!(
        Ledger::EMPTY.stake(io(1), &withdrawn),
        Err(StakeRuleError::ClassWithdrawn)
    );
}

#[test]
fn topping_up_to_the_requirement_clears_underfunded() {
    let short = Ledger::EMPTY
        .stake(units(1_600 * IO_ONE - IO_ONE), &view(T0))
        .unwrap();
    assert_eq!(
        short.owner_status(&view(T0 + 5)),
        Ok(OwnerStatus::Underfunded(at(T0)))
    );
    let full = short.stake(io(1), &view(T0 + 9)).unwrap();
    assert_eq!(full.underfunded_since, None);
    assert_eq!(
        full.owner_status(&view(T0 + 9)),
        Ok(OwnerStatus::Sufficient)
    );
}

#[test]
fn e03_overflow_plus_one_unit_is_refused() {
    let ledger = co_staked(T0);
    let above = units(800 * IO_ONE + 1);
    assert_eq!(
        ledger.withdraw_overflow(above, &view(T0)),
        Err(StakeRuleError::ExceedsOverflow)
    );
    assert_eq!(
        ledger.withdraw_overflow(Io::ZERO, &view(T0)),
        Err(StakeRuleError::ZeroAmount)
    );
    let taken = ledger.withdraw_overflow(io(800), &view(T0)).unwrap();
    assert_eq!(taken.owner.active, io(800));
    assert_eq!(taken.underfunded_since, None);
    assert_eq!(taken.buckets.since(at(T0), at(T0)), Ok(io(800)));
    let mut blocked = view(T0);
    blocked.device.is_blocked = true;
    assert_eq!(
        ledger.withdraw_overflow(io(1), &blocked),
        Err(StakeRuleError::DeviceBlocked)
    );
    let mut hired = view(T0);
    hired.device.is_hired = true;
    assert!(ledger.withdraw_overflow(io(800), &hired).is_ok());
}

#[test]
fn reward_split_rounds_the_co_staker_down_and_loses_nothing() {
    for (reward, share, co) in [
        (10, 3_333, 3),
        (0, 10_000, 0),
        (7, 10_000, 7),
        (1, 9_999, 0),
    ] {
        let (a, b) = split_reward(units(reward), Bps::new(share).unwrap()).unwrap();
        assert_eq!(
            (a.base_units(), a.base_units() + b.base_units()),
            (co, reward)
        );
    }
}
